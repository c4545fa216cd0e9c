//! Reads what `strace -f -y` writes: one line for each system call, or two where another thread came between.

use std::collections::HashMap;

/// One finished call. Lines are numbered by strace, which sees one stop of one thread at a time: a call that ended in an
/// earlier line than another began has really ended before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SystemCall<'a> {
    pub(crate) name: &'a str,
    pub(crate) began: usize,
    pub(crate) ended: usize,
    /// The first argument, which for all calls we look at is a file: number and path, as in `13</data/kassa.db-wal>`.
    pub(crate) file: &'a str,
    /// Everything after it. Of a call that was interrupted, the part that holds the data: what is written is known when
    /// the call begins, what is read when it ends.
    pub(crate) data: [&'a str; 2],
    /// What the call answered; negative is a failure.
    pub(crate) result: i64,
}

impl SystemCall<'_> {
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.data.iter().any(|data| data.contains(text))
    }

    pub(crate) fn is_on(&self, path_end: &str) -> bool {
        self.file
            .strip_suffix('>')
            .is_some_and(|file| file.ends_with(path_end))
    }
}

/// The calls in the order in which they ended.
pub(crate) fn read(trace: &str) -> Vec<SystemCall<'_>> {
    let mut begun: HashMap<&str, (usize, Beginning<'_>)> = HashMap::new();
    let mut calls = Vec::new();
    for (number, line) in trace.lines().enumerate() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(beginning) = rest.strip_suffix("<unfinished ...>") {
            if let Some(beginning) = Beginning::read(beginning) {
                begun.insert(thread, (number, beginning));
            }
        } else if let Some(end) = rest.strip_prefix("<... ") {
            let begun = begun.remove(thread);
            calls.extend(begun.and_then(|(began, beginning)| beginning.end(began, number, end)));
        } else {
            calls.extend(Beginning::read(rest).and_then(|beginning| beginning.end(number, number, "")));
        }
    }
    calls
}

/// `pwrite64(13</data/kassa.db-wal>, "…", 24, 0`, and what follows it if the call was not interrupted.
struct Beginning<'a> {
    name: &'a str,
    file: &'a str,
    rest: &'a str,
}

impl<'a> Beginning<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (name, arguments) = text.split_once('(')?;
        // Signals and ends of threads are told as well, without a call.
        if !name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            return None;
        }
        let end = arguments.find([',', ')']).unwrap_or(arguments.len());
        let (file, rest) = arguments.split_at(end);
        Some(Self {
            name,
            file: file.trim_end(),
            rest,
        })
    }

    fn end(self, began: usize, ended: usize, end: &'a str) -> Option<SystemCall<'a>> {
        let result = if end.is_empty() { self.rest } else { end };
        let (_, result) = result.rsplit_once(" = ")?;
        let result = result.split(' ').next()?.parse().ok()?;
        Some(SystemCall {
            name: self.name,
            began,
            ended,
            file: self.file,
            data: [self.rest, end],
            result,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_with_its_file_its_data_and_its_result() {
        let calls = read("3213  pwrite64(13</data/kassa.db-wal>, \"\\r\\0a = 7\", 8, 152) = 8\n");
        let [call] = calls.as_slice() else {
            panic!("{calls:?}")
        };
        assert_eq!((call.name, call.result), ("pwrite64", 8));
        assert!(call.is_on("/kassa.db-wal") && !call.is_on("/kassa.db"));
        assert!(call.mentions("a = 7"));
    }

    #[test]
    fn an_interrupted_call_is_put_together() {
        let trace = "\
7 recvfrom(20<socket:[5]>,  <unfinished ...>
9 fsync(13</data/kassa.db-wal> <unfinished ...>
7 <... recvfrom resumed>\"POST /a\", 8192, 0, NULL, NULL) = 7
9 <... fsync resumed>)              = 0
";
        let calls = read(trace);
        let [read, sync] = calls.as_slice() else {
            panic!("{calls:?}")
        };
        assert_eq!((read.began, read.ended, read.file), (0, 2, "20<socket:[5]>"));
        assert!(read.mentions("POST /a"));
        assert_eq!((sync.began, sync.ended, sync.result), (1, 3, 0));
        assert!(sync.is_on("/kassa.db-wal"));
    }

    #[test]
    fn failures_are_negative_and_everything_else_is_passed_over() {
        let trace = "\
7 recvfrom(20<socket:[5]>, 0x7fe4, 8192, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)
7 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER} ---
7 +++ exited with 0 +++
8 <... fsync resumed>) = 0
nonsense
";
        let calls = read(trace);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].result, -1);
    }
}
