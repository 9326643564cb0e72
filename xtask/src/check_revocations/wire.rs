//! A wire to the database that can be slow, silent, or cut.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;

/// Carries connections to a PostgreSQL server on this machine, each way on a thread of its own, for as long as this program runs.
pub(super) struct Wire {
    address: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// For how long everything is held back, in both directions.
    delay: Duration,
    /// Whether nothing arrives, and nobody is told.
    is_silent: bool,
    /// Whether connections end, and none come about.
    is_cut: bool,
    /// Both ends of each connection.
    open: HashMap<u64, [TcpStream; 2]>,
    /// How many there have been.
    count: u64,
}

impl Wire {
    /// In front of this server.
    pub(super) fn before(server: SocketAddr) -> Result<Arc<Self>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let wire = Arc::new(Self { address: listener.local_addr()?, state: Mutex::default(), changed: Condvar::new() });
        let carrier = wire.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let carrier = carrier.clone();
                // Whoever cannot be connected is told by the end of their connection.
                thread::spawn(move || carrier.connect(client, server));
            }
        });
        Ok(wire)
    }

    /// Where it begins.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Holds back everything that comes from now on for so long. What came before is in front of it.
    pub(super) fn delay(&self, by: Duration) {
        self.state().delay = by;
    }

    /// Lets nothing through, while all connections stay as they are; or delivers what has come meanwhile.
    pub(super) fn silence(&self, is_silent: bool) {
        self.state().is_silent = is_silent;
        self.changed.notify_all();
    }

    /// Ends all connections and refuses new ones, or lets them come about again.
    pub(super) fn cut(&self, is_cut: bool) {
        let mut state = self.state();
        state.is_cut = is_cut;
        for end in state.open.values().flatten().filter(|_| is_cut) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something arrives again.
    fn while_silent(&self) -> MutexGuard<'_, State> {
        self.changed.wait_while(self.state(), |state| state.is_silent).unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(self: &Arc<Self>, client: TcpStream, server: SocketAddr) -> Result<()> {
        // Nobody hears that somebody wants to be connected: a server would wait for each of them, and have no place for others.
        if self.while_silent().is_cut {
            return Ok(());
        }
        let server = TcpStream::connect(server)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let ways = [(client.try_clone()?, server.try_clone()?), (server.try_clone()?, client.try_clone()?)];
        let mut state = self.state();
        // It may have been cut meanwhile.
        if state.is_cut {
            return Ok(());
        }
        state.count += 1;
        let number = state.count;
        state.open.insert(number, [client, server]);
        drop(state);
        for (from, to) in ways {
            let wire = self.clone();
            thread::spawn(move || {
                wire.carry(&from, &to);
                for end in wire.state().open.remove(&number).iter().flatten() {
                    let _ = end.shutdown(Shutdown::Both);
                }
            });
        }
        Ok(())
    }

    /// Carries one way, until either end is closed.
    fn carry(&self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            let delay = self.state().delay;
            thread::sleep(delay);
            drop(self.while_silent());
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// A wire to somebody who says everything again, and a connection through it.
    fn echo() -> (Arc<Wire>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let wire = Wire::before(listener.local_addr().expect("an address")).expect("a wire");
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
            }
        });
        let stream = TcpStream::connect(wire.address()).expect("a connection");
        (wire, stream)
    }

    fn said_again(mut stream: &TcpStream) -> std::io::Result<()> {
        stream.write_all(b"x")?;
        stream.read_exact(&mut [0])
    }

    #[test]
    fn it_carries_and_is_slow_when_told_to() {
        let (wire, stream) = echo();
        said_again(&stream).expect("it is carried");
        wire.delay(Duration::from_millis(30));
        let began = Instant::now();
        said_again(&stream).expect("it is carried");
        assert!(began.elapsed() >= Duration::from_millis(60), "there and back");
    }

    #[test]
    fn after_silence_everything_arrives() {
        let (wire, stream) = echo();
        said_again(&stream).expect("it is carried");
        wire.silence(true);
        stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a time");
        assert!(said_again(&stream).is_err());
        wire.silence(false);
        stream.set_read_timeout(None).expect("a time");
        (&stream).read_exact(&mut [0]).expect("it was kept");
        said_again(&stream).expect("the connection is the same");
    }

    #[test]
    fn what_is_cut_ends_and_does_not_begin() {
        let (wire, stream) = echo();
        said_again(&stream).expect("it is carried");
        wire.cut(true);
        assert!(said_again(&stream).is_err());
        let refused = TcpStream::connect(wire.address()).expect("somebody listens");
        assert!(said_again(&refused).is_err());
        wire.cut(false);
        said_again(&TcpStream::connect(wire.address()).expect("a connection")).expect("it is carried again");
    }
}
