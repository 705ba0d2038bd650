//! A small load generator: GET requests of many signed-in people over kept-alive connections, at a fixed rate or as fast
//! as they are answered. At a fixed rate a late answer delays nobody else's turn, and time spent waiting for a free
//! connection counts, so that a stalled server cannot hide behind its own slowness.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// What to do, read as JSON from standard input.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plan {
    /// Host and port.
    address: String,
    /// Requests, taken in turn.
    requests: Vec<Wanted>,
    /// Requests a second; as fast as possible when missing.
    rate: Option<f64>,
    /// How long.
    seconds: f64,
    /// Connections at the same time.
    connections: usize,
}

#[derive(Deserialize)]
struct Wanted {
    path: String,
    cookie: String,
}

/// What came of it, written as JSON to standard output. Times are milliseconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    answers: usize,
    statuses: BTreeMap<u16, usize>,
    failures: usize,
    per_second: f64,
    p50: f64,
    p99: f64,
    max: f64,
}

#[derive(Default)]
struct Tally {
    millis: Vec<f64>,
    statuses: BTreeMap<u16, usize>,
    failures: usize,
}

/// Reads a plan, carries it out, writes the report.
///
/// # Errors
/// When the plan cannot be read or asks for nothing.
pub fn run() -> Result<()> {
    let plan: Plan = serde_json::from_reader(std::io::stdin())
        .context("reading the plan from standard input")?;
    if plan.requests.is_empty() || plan.connections == 0 {
        bail!("the plan has no requests or no connections");
    }
    println!("{}", serde_json::to_string(&carry_out(&plan))?);
    Ok(())
}

fn carry_out(plan: &Plan) -> Report {
    let began = Instant::now();
    let turn = AtomicU64::new(0);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let workers: Vec<_> = (0..plan.connections)
            .map(|_| scope.spawn(|| work(plan, &turn, began)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    let elapsed = began.elapsed().as_secs_f64();
    let mut total = Tally::default();
    for tally in tallies {
        total.millis.extend(tally.millis);
        total.failures += tally.failures;
        for (status, count) in tally.statuses {
            *total.statuses.entry(status).or_default() += count;
        }
    }
    total.millis.sort_unstable_by(f64::total_cmp);
    Report {
        answers: total.millis.len(),
        per_second: total.millis.len() as f64 / elapsed,
        p50: percentile(&total.millis, 0.50),
        p99: percentile(&total.millis, 0.99),
        max: percentile(&total.millis, 1.0),
        statuses: total.statuses,
        failures: total.failures,
    }
}

fn percentile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((last as f64 * part).round() as usize)
        .copied()
        .unwrap_or(f64::NAN)
}

fn work(plan: &Plan, turn: &AtomicU64, began: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut connection = None;
    loop {
        let index = turn.fetch_add(1, Ordering::Relaxed);
        let due = match plan.rate {
            Some(rate) => began + Duration::from_secs_f64(index as f64 / rate),
            None => Instant::now(),
        };
        if (due - began).as_secs_f64() >= plan.seconds {
            return tally;
        }
        let wait = due.saturating_duration_since(Instant::now());
        // After a real wait the timer's own lateness is not the server's fault.
        let start = if wait.is_zero() {
            due
        } else {
            thread::sleep(wait);
            Instant::now()
        };
        let wanted = &plan.requests[index as usize % plan.requests.len()];
        match ask(&mut connection, &plan.address, wanted) {
            Ok(status) => {
                tally.millis.push(start.elapsed().as_secs_f64() * 1000.0);
                *tally.statuses.entry(status).or_default() += 1;
            }
            Err(_lost) => {
                connection = None;
                tally.failures += 1;
            }
        }
    }
}

fn ask(
    connection: &mut Option<BufReader<TcpStream>>,
    address: &str,
    wanted: &Wanted,
) -> Result<u16> {
    if connection.is_none() {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        *connection = Some(BufReader::new(stream));
    }
    let Some(reader) = connection else {
        bail!("not connected")
    };
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nAccept: */*\r\n\r\n",
        wanted.path, wanted.cookie
    );
    reader.get_mut().write_all(head.as_bytes())?;
    read_answer(reader)
}

/// Reads one whole answer and returns its status.
fn read_answer(reader: &mut impl BufRead) -> Result<u16> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).context("no status line")?.parse()?;
    let (mut length, mut chunked) = (0, false);
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            bail!("connection closed");
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.trim().eq_ignore_ascii_case("chunked");
        }
    }
    if !chunked {
        skip(reader, length)?;
        return Ok(status);
    }
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let size = u64::from_str_radix(line.trim_end().split(';').next().unwrap_or_default(), 16)?;
        skip(reader, size + 2)?;
        if size == 0 {
            return Ok(status);
        }
    }
}

fn skip(reader: &mut impl BufRead, bytes: u64) -> Result<()> {
    let skipped = std::io::copy(&mut reader.take(bytes), &mut std::io::sink())?;
    if skipped < bytes {
        bail!("answer cut short");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_with_a_length_or_in_chunks_is_read_to_its_end() {
        let mut two: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        assert_eq!(read_answer(&mut two).expect("first"), 200);
        assert_eq!(read_answer(&mut two).expect("second"), 404);
        assert!(two.is_empty());
    }

    #[test]
    fn an_answer_that_is_cut_short_is_a_failure() {
        let mut cut: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nabc";
        assert!(read_answer(&mut cut).is_err());
    }

    #[test]
    fn percentiles_come_from_the_sorted_list() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(
            (
                percentile(&sorted, 0.5),
                percentile(&sorted, 0.99),
                percentile(&sorted, 1.0)
            ),
            (50.0, 99.0, 100.0)
        );
        assert!(percentile(&[], 0.5).is_nan());
    }
}
