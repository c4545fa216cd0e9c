//! The HTTP shell: sockets, the clock and the merchant's server, around a core that knows none of them.

mod asking;
mod assets;
mod calling;
mod certificate;
mod clock;
mod delivery;
mod events;
mod fault;
mod host;
mod inspector;
mod origin;
mod payment;
mod rejection;
mod routes;
mod serve;
mod snapshot;

pub(crate) use clock::LONGEST_ADVANCE_SECONDS;
pub use origin::read_origin;

use crate::clock::{ClockReading, Speed, VirtualClock};
use crate::kustom::Kustom;
use crate::rules::Rules;
use crate::watch::Watched;
use axum::body::HttpBody as Body;
use bytes::Bytes;
use delivery::Delivery;
use events::Events;
use http_body_util::BodyExt;
use jiff::Timestamp;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::{Host, Origin};

/// The wall clock, injected so that tests decide what time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How the emulator is run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub rules: Rules,
    /// The address under which merchants and browsers reach the emulator. Without it, the request's `Host` says.
    pub public_url: Option<String>,
    /// Further names under which the control routes answer, beside those of this machine and of the public URL.
    pub allowed_hosts: Vec<Host>,
    /// Whose pages may call the control routes, beside those of this machine.
    pub allowed_origins: Vec<Origin>,
    /// How fast the virtual clock runs, at the start and after a reset.
    pub speed: Speed,
    /// Whether it stands still until it is moved.
    pub frozen: bool,
}

/// The emulator as a web server's state. Clones share everything.
#[derive(Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    clock: Clock,
    public_url: Option<String>,
    allowed_hosts: Vec<Host>,
    allowed_origins: Vec<Origin>,
    speed: Speed,
    frozen: bool,
    delivery: Delivery,
    /// Wakes the loop when a purchase or the clock has changed what is due.
    changed: Notify,
    /// Held by whoever delivers, so that an advanced clock has delivered everything before it answers.
    delivering: tokio::sync::Mutex<()>,
    /// Held by whoever moves the clock. Nobody waits for it: a receiver of callbacks would wait for itself.
    moving: tokio::sync::Mutex<()>,
    /// Whoever watches what happens.
    events: Events,
    /// Calls that a fault lets take effect later.
    late_calls: TaskTracker,
}

/// What changes, always together.
struct State {
    kustom: Kustom,
    clock: VirtualClock,
    /// What those who watch have been told.
    watched: Watched,
}

/// Reads a body until it is longer than `limit`. What follows is left unread.
async fn read_start<B>(mut body: B, limit: usize) -> Result<Vec<u8>, B::Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut start = Vec::new();
    while start.len() <= limit
        && let Some(frame) = body.frame().await
    {
        start.extend_from_slice(frame?.data_ref().map_or(&[], |data| data));
    }
    Ok(start)
}

impl Emulator {
    pub fn new(settings: Settings, clock: Clock) -> Self {
        let public_url = settings
            .public_url
            .map(|url| url.trim_end_matches('/').to_owned());
        let state = State {
            kustom: Kustom::new(settings.rules),
            clock: VirtualClock::new(clock(), settings.speed, settings.frozen),
            watched: Watched::default(),
        };
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(state),
                clock,
                allowed_hosts: host::allowed(settings.allowed_hosts, public_url.as_deref()),
                allowed_origins: settings.allowed_origins,
                public_url,
                speed: settings.speed,
                frozen: settings.frozen,
                delivery: Delivery::new(),
                changed: Notify::new(),
                delivering: tokio::sync::Mutex::new(()),
                moving: tokio::sync::Mutex::new(()),
                events: Events::new(),
                late_calls: TaskTracker::new(),
            }),
        }
    }

    /// Every route of the emulator, from the merchant APIs to the inspector. Under a server other than
    /// [`Emulator::serve`], faults that end a connection show as answers that break off.
    pub fn router(&self) -> axum::Router {
        routes::router(self.clone())
    }

    /// Sends pushes when they are due, until stopped.
    pub fn run_callbacks(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let emulator = self.clone();
        async move {
            while !stop.is_cancelled() {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = emulator.deliver_due() => {}
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = emulator.inner.changed.notified() => {}
                    () = emulator.until_next_callback() => {}
                }
            }
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.clock_reading().now
    }

    /// Waits until every call has taken effect that a fault has put off. For tests, which cannot know otherwise.
    pub async fn late_calls_applied(&self) {
        self.inner.late_calls.close();
        self.inner.late_calls.wait().await;
        self.inner.late_calls.reopen();
    }

    /// Reads the core, for assertions on its state.
    pub fn inspect<T>(&self, read: impl FnOnce(&Kustom) -> T) -> T {
        read(&self.state().kustom)
    }

    /// Does something to the core at the virtual time, for instance a purchase without a browser.
    pub fn act<T>(&self, change: impl FnOnce(&mut Kustom, Timestamp) -> T) -> T {
        let mut state = self.state();
        let now = self.read(&mut state.clock).now;
        let due_before = state.kustom.next_callback_at();
        let outcome = change(&mut state.kustom, now);
        self.inner.events.announce(&mut state, now);
        if state.kustom.next_callback_at() != due_before {
            self.inner.changed.notify_one();
        }
        outcome
    }

    /// The virtual clock as it is now.
    pub fn clock_reading(&self) -> ClockReading {
        self.read(&mut self.state().clock)
    }

    /// In milliseconds, as Kustom's timestamps are: nobody should learn to rely on finer ones.
    fn read(&self, clock: &mut VirtualClock) -> ClockReading {
        let reading = clock.read((self.inner.clock)());
        let now = Timestamp::from_millisecond(reading.now.as_millisecond()).unwrap_or(reading.now);
        ClockReading { now, ..reading }
    }

    /// A panic inside the lock leaves a core that was changed halfway, which beats an emulator that is gone.
    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
