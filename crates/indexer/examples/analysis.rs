//! Measures the analysis of text against tantivy's default analyser, on the same mixed text in one run:
//! `cargo run --release -p indexer --example analysis [FILE]`. The file has one block of text a line.
#![expect(clippy::print_stdout, reason = "a bench shows its result")]
#![expect(clippy::cast_precision_loss, reason = "bytes of a bench")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use query::{Document, Facts, Lexicon};
use tantivy::tokenizer::{LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer};
use text::Lang;

/// One block of each of the commonest languages of the archive.
const SAMPLE: &[&str] = &[
    "Қорғас шекара маңы ынтымақтастығы орталығында жаңа терминал ашылды, деп хабарлады облыс әкімдігінің баспасөз қызметі. Жобаға қытайлық инвесторлар да қатысып жатыр, ал жүк тасымалы биыл екі есеге өсті.",
    "قورعاس شەكارا ماڭى ىنتىماقتاستىعى ورتالىعىندا جاڭا تەرمينال اشىلدى، دەپ حابارلادى وبلىس اكىمدىگىنىڭ ءباسپاسوز قىزمەتى. جوباعا قىتايلىق ينۆەستورلار دا قاتىسىپ جاتىر.",
    "غۇلجا شەھىرىدە يېڭى زاۋۇت ئېچىلدى، دەپ خەۋەر قىلدى ۋىلايەتلىك ھۆكۈمەت. بۇ قۇرۇلۇشقا نۇرغۇن ئىشچى قاتناشتى، يەرلىك ئاھالىلەر بولسا باشقا يەرگە كۆچۈرۈلدى.",
    "В международном центре приграничного сотрудничества «Хоргос» открыли новый терминал, сообщила пресс-служба областного акимата. Объём грузовых перевозок вырос вдвое по сравнению с прошлым годом.",
    "A new terminal opened at the Khorgos border crossing, the regional government said on Tuesday, as freight traffic between the two countries doubled compared with the same period of last year.",
    "霍尔果斯口岸新铁路货场日前正式启用，伊犁哈萨克自治州政府表示，今年以来中欧班列过境数量同比增长近两成，口岸通关效率明显提升。",
    "Hurgos sınır kapısında yeni bir terminal açıldı, bölge yönetimi yük trafiğinin geçen yılın aynı dönemine göre iki katına çıktığını bildirdi.",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).map(std::fs::read_to_string).transpose()?;
    let blocks: Vec<&str> = match &file {
        Some(text) => text.lines().collect(),
        None => SAMPLE.to_vec(),
    };
    let bytes: usize = blocks.iter().map(|block| block.len()).sum();
    let rounds = (4_000_000 / bytes.max(1)).max(3);
    let langs: Vec<Lang> = blocks.iter().map(|block| text::detect(block)).collect();
    let lexicon = public_lexicon()?;

    let mut plain = tantivy_default();
    let (mut of_tantivy, mut of_ours) = (Duration::ZERO, Duration::ZERO);
    let (mut of_detection, mut of_reading, mut of_all) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    // In turns, so that a busy machine slows all of them alike.
    for _ in 0..rounds {
        of_tantivy += timed(|| blocks.iter().for_each(|block| tokens(&mut plain, block)));
        of_ours += timed(|| {
            for (block, lang) in blocks.iter().zip(&langs) {
                black_box(text::analyze(block, *lang));
            }
        });
        of_detection += timed(|| {
            for block in &blocks {
                black_box(text::detect(block));
            }
        });
        // What a block of an article gets, whose own language is known: asked for once more where it is long.
        of_reading += timed(|| {
            for (block, lang) in blocks.iter().zip(&langs) {
                black_box(Document::read("", &[block], &lexicon, Facts::of_text(*lang)));
            }
        });
        of_all += timed(|| {
            for block in &blocks {
                let lang = text::detect(block);
                black_box(Document::read("", &[block], &lexicon, Facts::of_text(lang)));
            }
        });
    }
    let megabytes = bytes as f64 * rounds as f64 / 1e6;
    let speed = |time: Duration| megabytes / time.as_secs_f64();
    let ratio = |time: Duration| of_tantivy.as_secs_f64() / time.as_secs_f64();
    println!("tantivy default            {:7.1} MB/s", speed(of_tantivy));
    println!("text::analyze              {:7.1} MB/s  {:.2} of tantivy", speed(of_ours), ratio(of_ours));
    println!(
        "text::detect               {:7.1} MB/s  {:.2} of tantivy",
        speed(of_detection),
        ratio(of_detection)
    );
    println!(
        "a block, with entities     {:7.1} MB/s  {:.2} of tantivy",
        speed(of_reading),
        ratio(of_reading)
    );
    println!("detect, analyze, entities  {:7.1} MB/s  {:.2} of tantivy", speed(of_all), ratio(of_all));
    Ok(())
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// What tantivy registers as `default`.
fn tantivy_default() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .build()
}

fn tokens(analyzer: &mut TextAnalyzer, block: &str) {
    let mut stream = analyzer.token_stream(block);
    while stream.advance() {
        black_box(stream.token());
    }
}

fn public_lexicon() -> Result<Lexicon, Box<dyn std::error::Error>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/lexicon");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
    }
    Ok(Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
}
