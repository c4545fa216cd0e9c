/**
 * A stylesheet made by script, which no Content-Security-Policy forbids. Every look is a custom property or a part.
 * What is said while the iframe is there lies above it and takes no room, so that nothing jumps, and follows the eye.
 */

export const STYLES = `
:host{display:block;min-height:3em;--_a:var(--kustom-accent,#1f5f4a);--_r:var(--kustom-radius,.5rem)}
:host([hidden]),[hidden]{display:none!important}
p{margin:0}
[part=frame]{max-width:var(--kustom-max-width);margin:auto}
[part=notice]{position:sticky;top:0;z-index:1;height:0}
:host([phase=failed]) [part=notice],:host([phase=confirming]) [part=notice]{height:auto}
[part=status]{display:flex;align-items:center}
:host([phase=done]) [part=status]{position:absolute;clip-path:inset(50%)}
[part=status-text]:not(:empty),[part=offline]{padding:.6em}
[part=notice]>*,[part=done]{background:var(--kustom-surface,Canvas);color:var(--kustom-text,CanvasText);border-radius:var(--_r)}
[part=spinner]{flex:none;margin-left:.6em;width:1em;height:1em;border-radius:50%;border:2px solid var(--_a);border-right:0}
[part=problem],[part=done]{padding:1em}
[part=problem]{border:1px solid var(--kustom-problem,#b3261e)}
button,a{font:inherit;display:inline-block;padding:.7em 1em;margin:1em 0;border-radius:var(--_r);border:1px solid var(--_a);color:inherit}
button{background:var(--_a);color:var(--kustom-on-accent,#fff)}
@media (prefers-reduced-motion:no-preference){[part=spinner]{animation:t 1s linear infinite}}
@keyframes t{to{rotate:1turn}}`;
