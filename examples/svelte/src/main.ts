import '@kassa/checkout-element/svelte';
import { mount } from 'svelte';
import App from './App.svelte';
import './style.css';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no place for the shop.');
mount(App, { target });
