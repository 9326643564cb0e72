//! HTTP/1.1 over a connection that is kept open, as cheap as it can be: the machine is to be kept busy by the servers.

use std::io::{self, Error, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::watched::Clock;

/// How long to wait for an answer. Longer than a server is stopped and than it waits for its database, and still not for ever.
const PATIENCE: Duration = Duration::from_secs(15);

/// A connection to one server, made again when it ended.
pub(super) struct Client {
    to: SocketAddr,
    stream: Option<TcpStream>,
    received: Vec<u8>,
}

/// An answer, and when it was asked for and received.
pub(super) struct Answer<'a> {
    pub(super) started: u64,
    pub(super) ended: u64,
    pub(super) status: u16,
    pub(super) body: &'a [u8],
}

impl Client {
    pub(super) fn new(to: SocketAddr) -> Self {
        Self { to, stream: None, received: Vec::with_capacity(4 << 10) }
    }

    /// Sends a request and receives its answer. After an error nobody knows whether it was heard, and the connection is another one next time.
    pub(super) fn ask(&mut self, clock: &Clock, request: &[u8]) -> io::Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.to)?,
        };
        // It starts when it is sent, not when somebody would like to: what is late by this clock was late for its sender.
        let started = clock.now();
        stream.write_all(request)?;
        self.received.clear();
        let (head, length) = receive(&mut stream, &mut self.received)?;
        let ended = clock.now();
        let status = self.received.get(9..12).and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
        self.stream = Some(stream);
        Ok(Answer { started, ended, status: status.ok_or(ErrorKind::InvalidData)?, body: &self.received[head..head + length] })
    }
}

fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Reads one answer to its end; says how long its head and its body are.
fn receive(stream: &mut TcpStream, received: &mut Vec<u8>) -> io::Result<(usize, usize)> {
    let mut lengths = None;
    loop {
        if let Some((head, body)) = lengths
            && received.len() >= head + body
        {
            return Ok((head, body));
        }
        let mut some = [0; 4 << 10];
        let read = stream.read(&mut some)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        received.extend_from_slice(&some[..read]);
        if lengths.is_none() {
            lengths = head(received)?;
        }
    }
}

/// How long the head is, with the empty line, and how long it says that the body is; nothing while there is more of the head to come.
fn head(received: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let lines = received[..end].split(|byte| *byte == b'\n');
    let mut lengths = lines.filter_map(|line| {
        let (name, value) = line.split_at_checked("content-length:".len())?;
        if name.eq_ignore_ascii_case(b"content-length:") { str::from_utf8(value).ok()?.trim().parse().ok() } else { None }
    });
    let length = lengths.next().ok_or_else(|| Error::new(ErrorKind::InvalidData, "an answer does not say how long it is"))?;
    Ok(Some((end + 4, length)))
}

/// A request with a token of one's own.
pub(super) fn request(method: &str, path: &str, secret: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: jeton\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_says_how_long_the_body_is() {
        assert_eq!(head(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n").expect("good so far"), None);
        let whole = b"HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 5\r\n\r\nhello";
        assert_eq!(head(whole).expect("good"), Some((whole.len() - 5, 5)));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
