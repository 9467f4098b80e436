//! A tiny name server on this machine: it knows what a test told it, and of everything else that it is not there.
//!
//! Spec: RFC 1035 §4 (messages), by UDP. Left out: TCP, delegation, whatever a resolver elsewhere would remember.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, SRV};
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// Ends when dropped.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    known: Arc<Mutex<Known>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Known {
    records: Vec<Record>,
    silent: bool,
    closed: bool,
}

impl Default for NameServer {
    fn default() -> Self {
        Self::new()
    }
}

impl NameServer {
    /// Knows nothing yet.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn new() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = socket.local_addr().expect("its address");
        let known = Arc::new(Mutex::new(Known::default()));
        let shared = Arc::clone(&known);
        let thread = std::thread::spawn(move || serve(&socket, &shared));
        Self { address, known, thread: Some(thread) }
    }

    /// Where to ask.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on `name` has this address.
    pub fn has(&self, name: &str, address: &str) -> &Self {
        let data = match address.parse().expect("an address") {
            IpAddr::V4(v4) => RData::A(A(v4)),
            IpAddr::V6(v6) => RData::AAAA(AAAA(v6)),
        };
        self.add(name, data)
    }

    /// From now on `name` is another name for `to`.
    pub fn means(&self, name: &str, to: &str) -> &Self {
        self.add(name, RData::CNAME(CNAME(named(to))))
    }

    /// From now on a service (`_xmpp-client._tcp.example.org`) is at `target`.
    pub fn announces(&self, name: &str, port: u16, target: &str) -> &Self {
        self.add(name, RData::SRV(SRV::new(0, 5, port, named(target))))
    }

    /// From now on `name` has a CAA record with this `issue` value.
    pub fn lets_certify(&self, name: &str, issue: &str) -> &Self {
        let (who, parameters) = issue.split_once(';').map_or((issue, ""), |(who, rest)| (who, rest));
        let parameters = parameters
            .split(';')
            .filter_map(|one| one.split_once('='))
            .map(|(key, value)| hickory_proto::rr::rdata::caa::KeyValue::new(key.trim(), value.trim()))
            .collect();
        let who = Some(who.trim()).filter(|who| !who.is_empty()).map(|who| Name::from_ascii(who).expect("a name"));
        self.add(name, RData::CAA(CAA::new_issue(false, who, parameters)))
    }

    /// From now on nothing is answered.
    pub fn falls_silent(&self) {
        self.known().silent = true;
    }

    fn add(&self, name: &str, data: RData) -> &Self {
        self.known().records.push(Record::from_rdata(named(name), 60, data));
        self
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.known().closed = true;
        // Wakes it, so that it sees the end.
        if let Ok(socket) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            let _ = socket.send_to(&[], self.address);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn named(name: &str) -> Name {
    let mut name = Name::from_str(name).expect("a name");
    name.set_fqdn(true);
    name
}

fn serve(socket: &UdpSocket, known: &Mutex<Known>) {
    let mut page = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut page) {
        let known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.closed {
            return;
        }
        let answer = Message::from_vec(&page[..length]).ok().map(|asked| answer(&asked, &known.records));
        if let Some(Ok(bytes)) = answer.filter(|_| !known.silent).map(|answer| answer.to_vec()) {
            // Who asked may be gone.
            let _ = socket.send_to(&bytes, from);
        }
    }
}

fn answer(asked: &Message, records: &[Record]) -> Message {
    let mut answer = Message::response(asked.metadata.id, OpCode::Query);
    answer.metadata.recursion_desired = asked.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    let Some(query) = asked.queries.first() else { return answer };
    answer.add_query(query.clone());
    let mut name = query.name().to_lowercase();
    let kind = query.query_type();
    // As a resolver does: the chain of other names, then what stands at its end.
    for _ in 0..8 {
        let there: Vec<&Record> = records.iter().filter(|r| r.name.to_lowercase() == name).collect();
        let found: Vec<&Record> = there.iter().copied().filter(|r| r.record_type() == kind).collect();
        for record in &found {
            answer.add_answer((*record).clone());
        }
        let alias = there.iter().find_map(|r| match &r.data {
            RData::CNAME(to) if kind != RecordType::CNAME => Some((*r, to.0.to_lowercase())),
            _ => None,
        });
        match alias {
            Some((record, to)) if found.is_empty() => {
                answer.add_answer(record.clone());
                name = to;
            }
            _ => {
                if there.is_empty() {
                    answer.metadata.response_code = ResponseCode::NXDomain;
                }
                break;
            }
        }
    }
    answer
}
