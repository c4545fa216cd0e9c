//! What stands around a shop: a proxy in front of it, and a Kustom. Both do as they are told, also what is wrong.

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A request as it came, or as it goes on.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With the query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What becomes of a request.
pub(crate) enum Then {
    /// A whole answer, status line and all.
    Answer(String),
    Forward(Asked),
    /// The answer is kept back until it is complete.
    ForwardAndCollect(Asked),
    /// Nothing ever comes back.
    Silence,
}

pub(crate) struct Neighbour {
    pub(crate) address: SocketAddr,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// As every proxy does it.
    pub(crate) fn forwarded(mut self) -> Self {
        self.headers
            .push(("x-forwarded-for".to_owned(), "198.51.100.7".to_owned()));
        self
    }

    fn read(stream: &mut dyn Stream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut asked = Self {
            method,
            target,
            headers,
            body: Vec::new(),
        };
        let length = asked
            .header("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        asked.body = vec![0; length];
        reader.read_exact(&mut asked.body).ok()?;
        Some(asked)
    }

    fn send(&self, to: SocketAddr) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(to)?;
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let own = ["content-length", "connection"];
        for (name, value) in self
            .headers
            .iter()
            .filter(|(name, _)| !own.contains(&name.to_ascii_lowercase().as_str()))
        {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            self.body.len()
        ));
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)?;
        Ok(stream)
    }
}

impl Neighbour {
    /// Answers for as long as the tests run.
    pub(crate) fn start(
        tls: Option<Arc<ServerConfig>>,
        target: Option<SocketAddr>,
        then: impl Fn(Asked) -> Then + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let then = Arc::new(then);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, then) = (tls.clone(), Arc::clone(&then));
                thread::spawn(move || {
                    let mut stream: Box<dyn Stream> = match tls {
                        Some(tls) => Box::new(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
                        None => Box::new(stream),
                    };
                    // Whoever has gone is told nothing.
                    let _ = serve(&mut *stream, target, &*then);
                });
            }
        });
        Self { address }
    }
}

fn serve(
    stream: &mut dyn Stream,
    target: Option<SocketAddr>,
    then: &dyn Fn(Asked) -> Then,
) -> io::Result<()> {
    let Some(asked) = Asked::read(stream) else {
        return Ok(());
    };
    let target = || target.ok_or(io::ErrorKind::NotFound);
    match then(asked) {
        Then::Answer(answer) => stream.write_all(answer.as_bytes())?,
        Then::Silence => loop {
            thread::park();
        },
        Then::Forward(asked) => match asked.send(target()?) {
            Ok(mut behind) => pass_on(&mut behind, stream)?,
            Err(_) => stream.write_all(answer(502, "text/html", "Bad Gateway").as_bytes())?,
        },
        Then::ForwardAndCollect(asked) => match asked.send(target()?) {
            Ok(mut behind) => {
                let mut whole = Vec::new();
                behind.read_to_end(&mut whole)?;
                stream.write_all(&whole)?;
            }
            Err(_) => stream.write_all(answer(502, "text/html", "Bad Gateway").as_bytes())?,
        },
    }
    stream.flush()
}

fn pass_on(behind: &mut TcpStream, stream: &mut dyn Stream) -> io::Result<()> {
    let mut piece = [0; 4096];
    loop {
        match behind.read(&mut piece)? {
            0 => return Ok(()),
            read => {
                stream.write_all(&piece[..read])?;
                stream.flush()?;
            }
        }
    }
}

pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> String {
    let now = rfc7231_now(0);
    format!(
        "HTTP/1.1 {status} X\r\ndate: {now}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[expect(clippy::disallowed_methods, reason = "a date header is of the wall clock")]
pub(crate) fn rfc7231_now(seconds_ahead: i64) -> String {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds_ahead);
    then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
