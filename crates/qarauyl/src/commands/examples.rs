//! What the help of most commands begins with; those of a command with much to show stand beside it.

pub(super) const INIT: &str = "\
Examples:
  qarauyl init                        # six questions
  qarauyl init --defaults             # none
  qarauyl init --name 'Border watch' --timezone Asia/Almaty --language kk
  qarauyl init --mail-server mail.example.org:587 --from watch@example.org --no-check";
pub(super) const DEMO: &str = "\
Examples:
  qarauyl demo                        # the search page stays until Ctrl-C
  qarauyl demo --once --dir trial";
pub(super) const RUN: &str = "\
Examples:
  qarauyl run                         # until Ctrl-C
  qarauyl run --once                  # each endpoint once
  qarauyl run --only fetcher,extractor";
pub(super) const MATCH: &str = "\
Examples:
  qarauyl match --queries q.jsonl --docs d.jsonl
  qarauyl match --queries q.jsonl --docs - --lexicon none";
pub(super) const EXPLAIN: &str = "\
Examples:
  qarauyl explain Khorgos 17          # the number that search shows
  qarauyl explain - https://news.example/1 --version 2";
pub(super) const EXTRACT: &str = "\
Examples:
  qarauyl extract page.html --source astana-times
  qarauyl extract https://news.example/1 --source astana-times
  qarauyl extract --batch pages --out read.json";
pub(super) const ANALYZE: &str = "\
Examples:
  qarauyl analyze 'Қорғастағы құрғақ порт'
  qarauyl analyze --fuzzy 'Zhaqsylyq'
  qarauyl analyze --tsv --keys surface --lexicon none";
pub(super) const DETECT: &str = "\
Examples:
  qarauyl detect 'قورعاستاعى جۇك پويىزدارى'
  qarauyl detect -                    # type the text, end with Ctrl-D";
pub(super) const JOBS: &str = "\
Examples:
  qarauyl jobs
  qarauyl jobs --retry 12
  qarauyl jobs --retry all";
pub(super) const LEDGER: &str = "\
Examples:
  qarauyl ledger
  qarauyl ledger held Khorgos --days 30
  qarauyl ledger reconcile";
pub(super) const HELD: &str = "\
Examples:
  qarauyl ledger held Khorgos
  qarauyl ledger held Khorgos --days 30";
pub(super) const RECONCILE: &str = "\
Examples:
  qarauyl ledger reconcile
  qarauyl ledger reconcile --days 14";
pub(super) const SOURCE: &str = "\
Examples:
  qarauyl source list
  qarauyl source add https://news.example/
  qarauyl source check --all
  qarauyl source plan --source astana-times";
pub(super) const SOURCE_LIST: &str = "\
Examples:
  qarauyl source list
  qarauyl source list --json";
pub(super) const SOURCE_CHECK: &str = "\
Examples:
  qarauyl source check
  qarauyl source check --all          # the disabled ones, too
  qarauyl source check --source astana-times";
pub(super) const SOURCE_ADD: &str = "\
Examples:
  qarauyl source add https://news.example/ --dry-run
  qarauyl source add https://news.example/ --id news-example --name 'News' --country KZ --kind independent";
pub(super) const SOURCE_IMPORT: &str = "\
Examples:
  qarauyl source import feeds.opml --dry-run
  qarauyl source import feeds.opml --name reader";
pub(super) const SOURCE_EXPORT: &str = "\
Examples:
  qarauyl source export";
pub(super) const SOURCE_PLAN: &str = "\
Examples:
  qarauyl source plan
  qarauyl source plan --source astana-times";
pub(super) const SOURCE_SIMULATE: &str = "\
Examples:
  qarauyl source simulate --world world.jsonl --budget 24";
pub(super) const INDEX: &str = "\
Examples:
  qarauyl index rebuild";
pub(super) const ARCHIVE: &str = "\
Examples:
  qarauyl archive verify
  qarauyl archive find https://news.example/1 --at 2026-11-23
  qarauyl archive index";
pub(super) const ARCHIVE_VERIFY: &str = "\
Examples:
  qarauyl archive verify
  qarauyl archive verify copy --public-key manifest.key.pub
  qarauyl archive verify --root 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
pub(super) const ARCHIVE_FIND: &str = "\
Examples:
  qarauyl archive find https://news.example/1
  qarauyl archive find https://news.example/1 --at 2026-11-23T10:00:00Z";
pub(super) const ARCHIVE_INDEX: &str = "\
Examples:
  qarauyl archive index";
pub(super) const BACKUP: &str = "\
Examples:
  qarauyl backup keygen qarauyl-identity.txt     # once, on your own machine
  qarauyl backup /media/stick/qarauyl.age
  qarauyl backup /media/stick/qarauyl-2.age --increment
  qarauyl backup drill";
pub(super) const BACKUP_KEYGEN: &str = "\
Examples:
  qarauyl backup keygen qarauyl-identity.txt     # on your own machine";
pub(super) const BACKUP_DRILL: &str = "\
Examples:
  qarauyl backup drill
  qarauyl backup drill --identity qarauyl-identity.txt";
pub(super) const RESTORE: &str = "\
Examples:
  qarauyl restore --identity qarauyl-identity.txt qarauyl.age /var/lib/qarauyl
  qarauyl restore --verify --identity qarauyl-identity.txt full.age increment.age /var/lib/qarauyl";
pub(super) const SEAL: &str = "\
Examples:
  qarauyl seal                        # stops the house, too";
pub(super) const UNSEAL: &str = "\
Examples:
  qarauyl unseal --identity qarauyl-identity.txt";
pub(super) const KEY: &str = "\
Examples:
  qarauyl key rotate                  # a new key for watches, subscribers, digests
  qarauyl key rotate --manifest       # a new key that signs what is kept
  qarauyl key passphrase              # a new passphrase, typed unseen";
pub(super) const KEY_ROTATE: &str = "\
Examples:
  qarauyl key rotate
  qarauyl key rotate --manifest";
pub(super) const KEY_PASSPHRASE: &str = "\
Examples:
  qarauyl key passphrase";
pub(super) const UPGRADE: &str = "\
Examples:
  qarauyl upgrade --dry-run
  qarauyl upgrade";
pub(super) const CONFIG: &str = "\
Examples:
  qarauyl config check
  qarauyl config show
  qarauyl config password
  qarauyl config dkim";
pub(super) const CONFIG_CHECK: &str = "\
Examples:
  qarauyl config check";
pub(super) const CONFIG_SHOW: &str = "\
Examples:
  qarauyl config show";
pub(super) const CONFIG_PASSWORD: &str = "\
Examples:
  qarauyl config password";
pub(super) const CONFIG_DKIM: &str = "\
Examples:
  qarauyl config dkim
  qarauyl config dkim --selector autumn --domain example.org
  qarauyl config dkim --ed25519";
pub(super) const DOCTOR: &str = "\
Examples:
  qarauyl doctor
  qarauyl doctor --online
  qarauyl doctor --offline --deep";
pub(super) const MAN: &str = "\
Examples:
  qarauyl man man-pages";
pub(super) const COMPLETIONS: &str = "\
Examples:
  qarauyl completions bash";
