//! Reads another process's memory and looks for a value in every form it may have left there.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use regex::bytes::{Regex, RegexBuilder};

/// How many bytes of a value are looked for together: long enough that chance does not bring them about.
const FRAGMENT_BYTES: usize = 8;

const PAGE_BYTES: usize = 4096;

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
    /// Text: any eight bytes of it, as they are, in UTF-16 and UTF-32, in base64, and strewn over the cells of a screen.
    pub(crate) fn text(name: &str, text: &str) -> Self {
        let letters = text.as_bytes().windows(FRAGMENT_BYTES).map(|letters| letters.try_into().unwrap()).collect();
        // Base64 reads differently from each of three beginnings; what is not whole at its end is left out.
        let base64 = [0, 1, 2].map(|at| {
            let end = text.len() - (text.len() - at) % 3;
            BASE64_STANDARD.encode(&text[at..end])
        });
        let mut texts: Vec<&[u8]> = vec![text.as_bytes()];
        texts.extend(base64.iter().map(String::as_bytes));
        Self { name: name.to_owned(), fragments: any_fragment(&texts), letters }
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

    /// Whether any eight letters of the needle begin at `at` and lie apart.
    fn begins_apart(&self, bytes: &[u8], at: usize) -> bool {
        let strewn = |letters: &[u8; FRAGMENT_BYTES], stride: usize| {
            letters.iter().enumerate().all(|(number, letter)| bytes.get(at + number * stride) == Some(letter))
        };
        let here = |letters: &&[u8; FRAGMENT_BYTES]| letters[0] == bytes[at];
        self.letters.iter().filter(here).any(|letters| STRIDES.iter().any(|stride| strewn(letters, *stride)))
    }
}

/// Where any eight letters of a needle lie apart, and which one it is. One pass for all needles: this loop is the cost of
/// the test.
fn apart<'n>(needles: &'n [Needle], bytes: &[u8]) -> Vec<(&'n Needle, usize)> {
    let begins: [bool; 256] = std::array::from_fn(|byte| {
        needles.iter().any(|needle| needle.letters.iter().any(|letters| usize::from(letters[0]) == byte))
    });
    let mut places = Vec::new();
    for (page, content) in bytes.chunks(PAGE_BYTES).enumerate() {
        if content == &[0; PAGE_BYTES][..content.len()] {
            continue;
        }
        for (offset, byte) in content.iter().enumerate() {
            if begins[usize::from(*byte)] {
                let at = page * PAGE_BYTES + offset;
                places
                    .extend(needles.iter().filter(|needle| needle.begins_apart(bytes, at)).map(|needle| (needle, at)));
            }
        }
    }
    places
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
    /// Every place, at most ten or twenty of each kind in a mapping.
    pub(crate) found: Vec<Found>,
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
    let mut scan = Scan { found: Vec::new(), has_secret_memory: false };
    for mapping in mappings(pid) {
        let (bytes, bytes_read) = read(&memory, &mapping);
        scan.has_secret_memory |= bytes_read == 0 && mapping.name.contains("secretmem");
        let together =
            needles.iter().flat_map(|needle| needle.together(&bytes).into_iter().map(move |at| (needle, at)));
        let mut places: Vec<(&Needle, usize)> = together.collect();
        places.extend(apart(needles, &bytes).into_iter().take(20));
        scan.found.extend(places.into_iter().map(|(needle, at)| Found {
            needle: needle.name.clone(),
            mapping: mapping.name.clone(),
            address: format!("{:x}", mapping.start + at),
            is_locked: mapping.is_locked,
        }));
    }
    scan
}

/// The bytes of a mapping, and how many of them could be read; the others are zero. A process that is at work may give
/// pages back while it is being read.
fn read(memory: &File, mapping: &Mapping) -> (Vec<u8>, usize) {
    let mut bytes = vec![0; mapping.end - mapping.start];
    if memory.read_exact_at(&mut bytes, mapping.start as u64).is_ok() {
        let length = bytes.len();
        return (bytes, length);
    }
    let mut bytes_read = 0;
    for (number, page) in bytes.chunks_mut(PAGE_BYTES).enumerate() {
        match memory.read_exact_at(page, (mapping.start + number * PAGE_BYTES) as u64) {
            Ok(()) => bytes_read += page.len(),
            Err(_) => page.fill(0),
        }
    }
    (bytes, bytes_read)
}

struct Mapping {
    start: usize,
    end: usize,
    name: String,
    is_locked: bool,
}

/// The readable mappings of a process that may hold what it has worked with.
fn mappings(pid: u32) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    let mut last = None;
    for line in fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap().lines() {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        if let Some((start, end)) = first.split_once('-') {
            let [start, end] = [start, end].map(|number| usize::from_str_radix(number, 16).unwrap());
            let name = rest.split_whitespace().skip(4).collect::<Vec<_>>().join(" ");
            let is_writable = rest.as_bytes()[1] == b'w';
            // The program and its libraries as they lie in their files: nothing can have been written there.
            let is_file = name.starts_with('/') && !name.contains("secretmem") && !is_writable;
            let is_readable = rest.starts_with('r') && !name.starts_with("[v") && !is_file;
            last = is_readable.then_some(Mapping { start, end, name, is_locked: false });
        } else if first == "VmFlags:" {
            mappings.extend(last.take().map(|mapping| Mapping { is_locked: rest.contains("lo"), ..mapping }));
        }
    }
    mappings
}
