//! Reads another process's memory and looks for a value in every form it may have left there.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use regex::bytes::{Regex, RegexBuilder};

/// How many bytes of a value are looked for together: long enough that chance does not bring them about.
const FRAGMENT_BYTES: usize = 8;

/// Distances between the letters of a text: UTF-16, UTF-32, and the cells of screens.
const STRIDES: [usize; 12] = [2, 4, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80];

/// Something that must not be found, by name.
pub(crate) struct Needle {
    name: String,
    fragments: Regex,
    /// Fragments of texts that are also looked for with their letters apart.
    letters: Vec<[u8; FRAGMENT_BYTES]>,
}

impl Needle {
    /// Text: any eight bytes of it, as they are, in UTF-16 and UTF-32, and strewn over the cells of a screen.
    pub(crate) fn text(name: &str, text: &str) -> Self {
        let letters = text.as_bytes().windows(FRAGMENT_BYTES).map(|letters| letters.try_into().unwrap()).collect();
        Self { name: name.to_owned(), fragments: any_fragment(&[text.as_bytes()]), letters }
    }

    /// Bytes: any eight of them, as they are and as hexadecimal digits.
    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        let lower: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let fragments = any_fragment(&[bytes, lower.as_bytes(), lower.to_uppercase().as_bytes()]);
        Self { name: name.to_owned(), fragments, letters: Vec::new() }
    }

    /// Where any eight bytes of the needle lie together.
    fn together(&self, bytes: &[u8]) -> Vec<usize> {
        self.fragments.find_iter(bytes).map(|place| place.start()).take(10).collect()
    }

    /// Where any eight letters of the needle lie apart.
    fn apart(&self, bytes: &[u8]) -> Vec<usize> {
        let strewn = |at: usize, letters: &[u8; FRAGMENT_BYTES], stride: usize| {
            letters.iter().enumerate().all(|(number, letter)| bytes.get(at + number * stride) == Some(letter))
        };
        let is_here = |at: usize, letters: &[u8; FRAGMENT_BYTES]| STRIDES.iter().any(|s| strewn(at, letters, *s));
        let mut by_first: [Vec<&[u8; FRAGMENT_BYTES]>; 256] = [const { Vec::new() }; 256];
        for letters in &self.letters {
            by_first[usize::from(letters[0])].push(letters);
        }
        let mut places = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            // Most memory is zero, and this loop is the test's whole cost.
            if *byte != 0 && by_first[usize::from(*byte)].iter().any(|letters| is_here(at, letters)) {
                places.push(at);
            }
        }
        places.truncate(10);
        places
    }
}

fn any_fragment(texts: &[&[u8]]) -> Regex {
    let escaped = |fragment: &[u8]| fragment.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let fragments: Vec<String> = texts.iter().flat_map(|text| text.windows(FRAGMENT_BYTES).map(escaped)).collect();
    RegexBuilder::new(&fragments.join("|")).unicode(false).build().unwrap()
}

/// Where a needle was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Which.
    pub(crate) needle: String,
    /// The mapping, as `/proc/PID/smaps` names it.
    pub(crate) mapping: String,
    /// The address, in hexadecimal.
    pub(crate) address: String,
    /// Whether its pages are locked.
    pub(crate) is_locked: bool,
}

/// What was read.
pub(crate) struct Scan {
    /// Every place, each needle at most twenty times a mapping.
    pub(crate) found: Vec<Found>,
    /// How many bytes were looked at.
    pub(crate) bytes_read: usize,
    /// Whether there are pages that not even root may read: `memfd_secret`.
    pub(crate) has_secret_memory: bool,
}

impl Scan {
    /// What lies outside locked pages.
    pub(crate) fn outside_locked_pages(&self) -> Vec<&Found> {
        self.found.iter().filter(|found| !found.is_locked).collect()
    }
}

/// Reads all of a process's memory and looks for the needles.
pub(crate) fn scan(pid: u32, needles: &[Needle]) -> Scan {
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap_or_else(|error| {
        panic!("the memory of process {pid} cannot be read ({error}): run the tests as root, or with CAP_SYS_PTRACE")
    });
    let mut scan = Scan { found: Vec::new(), bytes_read: 0, has_secret_memory: false };
    for mapping in mappings(pid) {
        let mut bytes = vec![0; mapping.end - mapping.start];
        if memory.read_exact_at(&mut bytes, mapping.start as u64).is_err() {
            scan.has_secret_memory |= mapping.name.contains("secretmem");
            continue;
        }
        scan.bytes_read += bytes.len();
        for needle in needles {
            let mut places = needle.together(&bytes);
            // What cannot be written to is the program itself, as it lies in its file.
            if mapping.is_writable {
                places.extend(needle.apart(&bytes));
            }
            scan.found.extend(places.into_iter().map(|place| Found {
                needle: needle.name.clone(),
                mapping: mapping.name.clone(),
                address: format!("{:x}", mapping.start + place),
                is_locked: mapping.is_locked,
            }));
        }
    }
    scan
}

struct Mapping {
    start: usize,
    end: usize,
    name: String,
    is_writable: bool,
    is_locked: bool,
}

/// The readable mappings of a process.
fn mappings(pid: u32) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    let mut last = None;
    for line in fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap().lines() {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let Some((start, end)) = first.split_once('-') {
            let [start, end] = [start, end].map(|number| usize::from_str_radix(number, 16).unwrap());
            let name = rest.split_whitespace().skip(4).collect::<Vec<_>>().join(" ");
            let is_readable = rest.starts_with('r') && !name.starts_with("[v");
            let is_writable = rest.as_bytes()[1] == b'w';
            last = is_readable.then_some(Mapping { start, end, name, is_writable, is_locked: false });
        } else if first == "VmFlags:" {
            mappings.extend(last.take().map(|mapping| Mapping { is_locked: rest.contains("lo"), ..mapping }));
        }
    }
    mappings
}
