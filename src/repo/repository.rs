//! The files of a repository, read, and the indexes over them.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::encrypted::EncryptedFile;
use super::evaluation::Evaluation;
use super::index::{self, Index};
use super::path::RepoPath;
use super::placement::Placement;
use super::resolve::{Files, NamedFile, Resolver, named_file};
use super::row::{self, Row};
use super::scope::{SettingRef, Site};
use crate::nix::{
    Declaration, DeclarationId, KnownNameKind, ModuleKind, NixFile, Place, Reference, Setting, SettingName, Template,
    Value,
};
use crate::sops::{CreationRules, CreationRulesError, Document};

/// A repository: its Nix files and its encrypted files.
#[derive(Debug, Default)]
pub struct Repository {
    files: Sources,
    index: Index,
    evaluation: Option<Evaluation>,
}

/// Every file by path.
#[derive(Debug, Default)]
struct Sources(BTreeMap<RepoPath, Source>);

/// A `.sops.yaml`.
#[derive(Debug)]
pub struct RulesFile {
    /// Its text.
    pub text: String,
    /// What it says, or why that cannot be read.
    pub rules: Result<CreationRules, CreationRulesError>,
}

/// A file as far as it was read.
#[derive(Debug)]
enum Source {
    Nix(Box<NixFile>),
    Encrypted(Box<EncryptedFile>),
    Rules(Box<RulesFile>),
    Other,
}

/// A declaration somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationRef {
    /// The Nix file.
    pub file: RepoPath,
    /// The declaration in it.
    pub id: DeclarationId,
}

/// A reference somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceRef {
    /// The Nix file.
    pub file: RepoPath,
    /// Its index in [`NixFile::references`].
    pub index: usize,
}

/// A template somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateRef {
    /// The Nix file.
    pub file: RepoPath,
    /// Its index in [`NixFile::templates`].
    pub index: usize,
}

impl Source {
    fn read(path: &RepoPath, text: String) -> Self {
        let name = path.file_name();
        if name.ends_with(".nix") {
            return Self::Nix(Box::new(NixFile::parse(text)));
        }
        if name == RULES {
            return Self::Rules(Box::new(RulesFile { rules: CreationRules::parse(&text), text }));
        }
        EncryptedFile::read(text).map_or(Self::Other, |file| Self::Encrypted(Box::new(file)))
    }
}

impl Sources {
    fn nix_files(&self) -> impl Iterator<Item = (&RepoPath, &NixFile)> + Clone {
        self.0.iter().filter_map(|(path, source)| match source {
            Source::Nix(file) => Some((path, &**file)),
            _ => None,
        })
    }
}

impl Files for Sources {
    fn exists(&self, path: &RepoPath) -> bool {
        self.0.contains_key(path)
    }

    fn encrypted(&self, path: &RepoPath) -> Option<&EncryptedFile> {
        match self.0.get(path)? {
            Source::Encrypted(file) => Some(file),
            _ => None,
        }
    }

    fn all_encrypted(&self) -> impl Iterator<Item = (&RepoPath, &EncryptedFile)> {
        self.0.iter().filter_map(|(path, source)| match source {
            Source::Encrypted(file) => Some((path, &**file)),
            _ => None,
        })
    }

    fn nix(&self, path: &RepoPath) -> Option<&NixFile> {
        match self.0.get(path)? {
            Source::Nix(file) => Some(file),
            _ => None,
        }
    }
}

impl Repository {
    /// Reads a repository, on as many threads as are useful. Files that are neither Nix nor encrypted by sops are only
    /// remembered by name.
    #[must_use]
    pub fn new(texts: impl IntoIterator<Item = (RepoPath, String)>) -> Self {
        let files = Sources(read_all(texts.into_iter().collect()));
        let mut repository = Self { index: Index::new(files.nix_files()), files, evaluation: None };
        repository.place();
        repository
    }

    /// Takes in what Nix itself says, for declarations whose place cannot be read from the text. It holds until a Nix
    /// file changes.
    pub fn use_evaluation(&mut self, evaluation: Evaluation) {
        self.evaluation = Some(evaluation);
        self.place();
    }

    /// What Nix itself said, if it was asked and no Nix file has changed since.
    #[must_use]
    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.evaluation.as_ref()
    }

    fn place(&mut self) {
        self.index.place(&self.files, self.files.nix_files(), self.evaluation.as_ref());
    }

    /// Reads one file again (`None`: it is gone); the others stay as they were read.
    pub fn update_file(&mut self, path: &RepoPath, text: Option<String>) {
        let source = text.map(|text| Source::read(path, text));
        self.put(path, source);
    }

    /// Takes an encrypted file from a document that is parsed already.
    pub fn update_document(&mut self, path: &RepoPath, document: &Document) {
        self.put(path, Some(Source::Encrypted(Box::new(EncryptedFile::of_document(document)))));
    }

    fn put(&mut self, path: &RepoPath, source: Option<Source>) {
        let is_nix = |source: Option<&Source>| matches!(source, Some(Source::Nix(_)));
        let concerns_nix = is_nix(self.files.0.get(path)) || is_nix(source.as_ref());
        match source {
            Some(source) => self.files.0.insert(path.clone(), source),
            None => self.files.0.remove(path),
        };
        if concerns_nix {
            self.index = Index::new(self.files.nix_files());
            self.evaluation = None;
        }
        self.place();
    }

    /// All files, sorted.
    pub fn files(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.0.keys()
    }

    /// Whether there is a file of that name, of whatever kind.
    #[must_use]
    pub fn exists(&self, path: &RepoPath) -> bool {
        self.files.exists(path)
    }

    /// The Nix files, sorted.
    pub fn nix_files(&self) -> impl Iterator<Item = (&RepoPath, &NixFile)> {
        self.files.nix_files()
    }

    /// The Nix file at `path`.
    #[must_use]
    pub fn nix_file(&self, path: &RepoPath) -> Option<&NixFile> {
        self.files.nix(path)
    }

    /// The files encrypted by sops, sorted.
    pub fn encrypted_files(&self) -> impl Iterator<Item = (&RepoPath, &EncryptedFile)> {
        self.files.all_encrypted()
    }

    /// The encrypted file at `path`.
    #[must_use]
    pub fn encrypted_file(&self, path: &RepoPath) -> Option<&EncryptedFile> {
        self.files.encrypted(path)
    }

    /// The text of a file, if it is a Nix file, an encrypted file or `.sops.yaml`.
    #[must_use]
    pub fn text(&self, path: &RepoPath) -> Option<&str> {
        match self.files.0.get(path)? {
            Source::Nix(file) => Some(file.text()),
            Source::Encrypted(file) => Some(file.text()),
            Source::Rules(file) => Some(&file.text),
            Source::Other => None,
        }
    }

    /// Every `.sops.yaml`, sorted by path.
    pub fn rules_files(&self) -> impl Iterator<Item = (&RepoPath, &RulesFile)> {
        self.files.0.iter().filter_map(|(path, source)| match source {
            Source::Rules(file) => Some((path, &**file)),
            _ => None,
        })
    }

    /// The rules that hold for a file: those of the nearest `.sops.yaml` at or above its folder.
    ///
    /// sops itself looks from where it is started; people start it in the folder of the file or above it.
    #[must_use]
    pub fn rules_for(&self, file: &RepoPath) -> Option<(&RepoPath, &RulesFile)> {
        let mut folder = file.folder();
        loop {
            let path = RepoPath::new(&format!("{folder}/{RULES}"))?;
            if let Some((path, Source::Rules(rules))) = self.files.0.get_key_value(&path) {
                return Some((path, rules));
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    /// All declarations, by file and in the order of the file.
    pub fn declarations(&self) -> impl Iterator<Item = (DeclarationRef, &Declaration)> {
        index::declarations(self.files.nix_files())
    }

    /// The declarations of one attribute name, in all files.
    #[must_use]
    pub fn declarations_of(&self, name: &str) -> &[DeclarationRef] {
        self.index.named(name)
    }

    /// One declaration.
    #[must_use]
    pub fn declaration(&self, declaration: &DeclarationRef) -> Option<&Declaration> {
        self.nix_file(&declaration.file)?.declaration(declaration.id)
    }

    /// One reference.
    #[must_use]
    pub fn reference(&self, reference: &ReferenceRef) -> Option<&Reference> {
        self.nix_file(&reference.file)?.references().get(reference.index)
    }

    /// One template.
    #[must_use]
    pub fn template(&self, template: &TemplateRef) -> Option<&Template> {
        self.nix_file(&template.file)?.templates().get(template.index)
    }

    /// One setting.
    #[must_use]
    pub fn setting(&self, setting: &SettingRef) -> Option<&Setting> {
        self.nix_file(&setting.file)?.settings().get(setting.index)
    }

    /// Files inside the repository that declarations and defaults name, and that are no encrypted files as far as
    /// they were handed in: absent, ignored by git, or not read because of their names.
    #[must_use]
    pub fn named_but_not_read(&self) -> BTreeSet<RepoPath> {
        let mut named = BTreeSet::new();
        for (path, file) in self.files.nix_files() {
            let defaults = file.settings().iter().filter(|setting| setting.name == SettingName::DefaultSopsFile);
            let values = defaults.map(|setting| &setting.value);
            let own = file.declarations().iter().filter_map(|declaration| Some(&declaration.sops_file()?.value));
            for value in values.chain(own) {
                if let Some(Value::File(value)) = value.known()
                    && let NamedFile::Inside(target) = named_file(path, value)
                    && matches!(self.files.0.get(&target), None | Some(Source::Other))
                {
                    named.insert(target);
                }
            }
        }
        named
    }

    /// What a declaration reads.
    #[must_use]
    pub fn placement(&self, declaration: &DeclarationRef) -> Option<&Placement> {
        self.index.placement(declaration)
    }

    /// The declarations that read an encrypted file, each with the key it reads there (empty: the whole file).
    #[must_use]
    pub fn readers(&self, file: &RepoPath) -> &[(DeclarationRef, String)] {
        self.index.readers(file)
    }

    /// Which module reads what stands at a place of a Nix file, as far as the attribute path and who imports the file
    /// tell.
    #[must_use]
    pub fn module_kind(&self, file: &RepoPath, place: &Place) -> Option<ModuleKind> {
        place.module.or_else(|| self.index.imports.kind(file))
    }

    /// The leaves of an encrypted file and the declarations that point at it.
    ///
    /// With the file as it was `saved`, rows are marked new and changed, and what was removed stands where it was.
    #[must_use]
    pub fn rows(&self, file: &RepoPath, saved: Option<&EncryptedFile>) -> Vec<Row> {
        let encrypted = self.encrypted_file(file);
        encrypted.map_or_else(Vec::new, |encrypted| row::rows(encrypted, self.readers(file), saved))
    }

    /// The references to a secret of that attribute name, in all files.
    #[must_use]
    pub fn references_to(&self, name: &str) -> Vec<(ReferenceRef, &Reference)> {
        let references = self.index.references.to_secret(name).iter();
        references.filter_map(|place| Some((place.clone(), self.reference(place)?))).collect()
    }

    /// Users that occur in the repository, sorted, for completion.
    #[must_use]
    pub fn owners(&self) -> Vec<&str> {
        self.known_names(KnownNameKind::User)
    }

    /// Groups that occur in the repository, sorted, for completion.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        self.known_names(KnownNameKind::Group)
    }

    /// systemd units that occur in the repository, sorted, for completion.
    #[must_use]
    pub fn units(&self) -> Vec<&str> {
        self.known_names(KnownNameKind::Unit)
    }

    fn known_names(&self, kind: KnownNameKind) -> Vec<&str> {
        let names = self.files.nix_files().flat_map(|(_, file)| file.known_names());
        let sorted: BTreeSet<&str> =
            names.filter(|known| known.kind == kind).map(|known| known.name.as_str()).collect();
        sorted.into_iter().collect()
    }

    /// The configurations (hosts, homes) whose modules include a Nix file, sorted, as far as literal imports tell.
    #[must_use]
    pub fn hosts_of(&self, file: &RepoPath) -> BTreeSet<&str> {
        self.index.imports.hosts(file)
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    pub(super) fn resolver(&self) -> Resolver<'_, impl Files> {
        Resolver {
            files: &self.files,
            imports: &self.index.imports,
            scopes: &self.index.scopes,
            evaluation: self.evaluation.as_ref(),
        }
    }

    pub(super) fn site(&self, file: &RepoPath, place: &Place) -> Site {
        Site::new(file, place, &self.index.imports)
    }
}

/// The file in which sops looks for creation rules.
const RULES: &str = ".sops.yaml";

/// Below this many bytes a second thread costs more than it brings.
const BYTES_WORTH_A_THREAD: usize = 64 << 10;

/// How many files a thread takes at once.
const FILES_AT_ONCE: usize = 8;

/// Reads all files. Each thread takes the next few when it is done with the last, so that none waits long for another.
fn read_all(texts: Vec<(RepoPath, String)>) -> BTreeMap<RepoPath, Source> {
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(8).min(1 + bytes / BYTES_WORTH_A_THREAD);
    let texts = Mutex::new(texts.into_iter());
    let take =
        || -> Vec<_> { texts.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(FILES_AT_ONCE).collect() };
    let read = || -> Vec<(RepoPath, Source)> {
        let batches = iter::from_fn(|| Some(take()).filter(|batch| !batch.is_empty()));
        batches.flatten().map(|(path, text)| (path.clone(), Source::read(&path, text))).collect()
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(read)).collect();
        let mut files = read();
        for other in others {
            files.extend(other.join().expect("reading a text does not panic"));
        }
        files.into_iter().collect()
    })
}
