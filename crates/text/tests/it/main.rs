//! Laws of the analysis of text, over any text.

mod laws;
