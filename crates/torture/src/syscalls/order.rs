//! The rule: what is answered is on the disk.
//!
//! For each mutation, between the read of its request and the write of its answer, the log was written with the change
//! in it, and a sync that began after that write has ended well.

use std::collections::HashMap;

use super::trace::SystemCall;

/// What the rule looks at, each in the order of the trace.
pub(crate) struct Calls<'a> {
    /// By connection, because there the answer follows its request.
    requests: HashMap<&'a str, Vec<&'a SystemCall<'a>>>,
    /// By every text that it quotes; the first to quote it counts.
    answers: HashMap<&'a str, &'a SystemCall<'a>>,
    log_writes: Vec<&'a SystemCall<'a>>,
    pub(crate) syncs: Vec<&'a SystemCall<'a>>,
}

/// As strace writes it inside the data of a call.
const QUOTE: &str = "\\\"";

const READS: [&str; 4] = ["recvfrom", "recvmsg", "read", "readv"];
const WRITES: [&str; 4] = ["sendto", "sendmsg", "write", "writev"];
const LOG_WRITES: [&str; 3] = ["pwrite64", "pwritev", "pwritev2"];
const SYNCS: [&str; 2] = ["fsync", "fdatasync"];

impl<'a> Calls<'a> {
    pub(crate) fn of(trace: &'a [SystemCall<'a>]) -> Self {
        let done = |call: &&SystemCall<'_>| call.result >= 0;
        let named = |names: &'static [&str]| {
            trace
                .iter()
                .filter(done)
                .filter(move |call| names.contains(&call.name))
        };
        let on_log = |call: &&SystemCall<'_>| call.is_on("-wal");
        let mut requests: HashMap<_, Vec<_>> = HashMap::new();
        for call in named(&READS).filter(|call| call.mentions("\"POST /")) {
            requests.entry(call.file).or_default().push(call);
        }
        let mut answers = HashMap::new();
        for call in named(&WRITES).filter(|call| call.mentions("\"HTTP/1.1 200 ")) {
            for quoted in call.data.iter().flat_map(|data| data.split(QUOTE)) {
                answers.entry(quoted).or_insert(call);
            }
        }
        Self {
            requests,
            answers,
            log_writes: named(&LOG_WRITES).filter(on_log).collect(),
            syncs: named(&SYNCS).filter(on_log).collect(),
        }
    }

    /// Why what a mutation was answered may not have been on the disk, if so. The marker is a text in the answer that
    /// the mutation brought into the cart and that nothing else has.
    pub(crate) fn doubt(&self, marker: &str) -> Option<String> {
        let doubt = |what: &str| Some(format!("{marker}: {what}"));
        let Some(answer) = self.answers.get(marker) else {
            return doubt("it was never answered");
        };
        let requests = self.requests.get(answer.file).map_or(&[][..], Vec::as_slice);
        let Some(read) = requests.iter().rfind(|read| read.ended < answer.began) else {
            return doubt("its request was never read");
        };
        let writes = &self.log_writes[self.log_writes.partition_point(|call| call.ended < read.ended)..];
        let in_time = writes.iter().take_while(|call| call.ended < answer.began);
        let Some(written) = in_time.into_iter().find(|call| call.mentions(marker)) else {
            return doubt("it was answered before the log was written");
        };
        let syncs = &self.syncs[self.syncs.partition_point(|call| call.ended < written.ended)..];
        let mut in_time = syncs.iter().take_while(|call| call.ended < answer.began);
        if in_time.any(|sync| sync.began > written.ended) {
            return None;
        }
        doubt("it was answered before the log was synced")
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::read;
    use super::*;

    const REQUEST: &str = "1 recvfrom(20<socket:[5]>, \"POST /carts/email m01\", 8192, 0) = 21";
    const LOG: &str = "2 pwrite64(13</d/kassa.db-wal>, \"..m01..\", 4096, 24) = 4096";
    const SYNC: &str = "2 fsync(13</d/kassa.db-wal>) = 0";
    const ANSWER: &str = "1 writev(20<socket:[5]>, [{iov_base=\"HTTP/1.1 200 OK {\\\"email\\\":\\\"m01\\\"}\", iov_len=9}], 1) = 9";

    #[track_caller]
    fn check(lines: &[&str], expect: Option<&str>) {
        let trace = lines.join("\n");
        let trace = read(&trace);
        let doubt = Calls::of(&trace).doubt("m01");
        assert_eq!(doubt, expect.map(|expect| format!("m01: {expect}")), "{lines:?}");
    }

    #[test]
    fn read_written_synced_and_answered_is_the_order() {
        check(&[REQUEST, LOG, SYNC, ANSWER], None);
        let elsewhere = "3 writev(21<socket:[6]>, [{iov_base=\"HTTP/1.1 200 OK\", iov_len=9}], 1) = 9";
        check(&[REQUEST, elsewhere, LOG, SYNC, ANSWER], None);
    }

    #[test]
    fn an_answer_without_a_sync_is_found() {
        let expect = Some("it was answered before the log was synced");
        check(&[REQUEST, LOG, ANSWER], expect);
        check(&[REQUEST, LOG, ANSWER, SYNC], expect);
        check(&[REQUEST, SYNC, LOG, ANSWER], expect);
    }

    #[test]
    fn a_sync_that_fails_or_is_of_another_file_is_none() {
        let expect = Some("it was answered before the log was synced");
        check(
            &[
                REQUEST,
                LOG,
                "2 fsync(13</d/kassa.db-wal>) = -1 EIO (I/O error)",
                ANSWER,
            ],
            expect,
        );
        check(&[REQUEST, LOG, "2 fsync(12</d/kassa.db>) = 0", ANSWER], expect);
    }

    #[test]
    fn a_sync_counts_only_from_its_beginning_to_its_end() {
        let expect = Some("it was answered before the log was synced");
        let began = "2 fsync(13</d/kassa.db-wal> <unfinished ...>";
        let ended = "2 <... fsync resumed>) = 0";
        let log = LOG.replacen('2', "3", 1);
        check(&[REQUEST, began, &log, ended, ANSWER], expect);
        check(&[REQUEST, LOG, began, ANSWER, ended], expect);
        check(&[REQUEST, LOG, began, ended, ANSWER], None);
    }

    #[test]
    fn a_log_that_has_something_else_in_it_is_none() {
        let other = LOG.replace("m01", "m02");
        let expect = Some("it was answered before the log was written");
        check(&[REQUEST, &other, SYNC, ANSWER], expect);
        check(&[REQUEST, ANSWER, LOG, SYNC], expect);
    }

    #[test]
    fn a_mutation_that_is_not_in_the_trace_is_found() {
        check(&[LOG, SYNC, ANSWER], Some("its request was never read"));
        check(&[REQUEST, LOG, SYNC], Some("it was never answered"));
        let refused = ANSWER.replace("200 OK", "503 Service Unavailable");
        check(&[REQUEST, LOG, SYNC, &refused], Some("it was never answered"));
    }
}
