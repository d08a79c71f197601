//! A picture that somebody else made, as we show it: known by its first bytes and not by what it is called, its measures
//! read before anything is decoded, then drawn anew, small and still. No byte of the original is kept: no text, no
//! script, no second frame, no profile. A drawing that is a program (SVG) is none.

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits, imageops};
use sha2::{Digest, Sha256};

/// A picture that is fit to be shown from our own origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    png: Vec<u8>,
    shape: Option<[u8; 32]>,
}

/// SHA-256 of a picture as it is shown: its name on our origin. 64 hex digits in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureHash([u8; 32]);

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture hash is 64 lower-case hex digits")]
pub struct PictureHashError;

impl PictureHash {
    /// The hash with these bytes, as a store reads it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store writes it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PictureHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for PictureHash {
    type Err = PictureHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        crate::fingerprint::bytes_of_hex(text)
            .map(Self)
            .ok_or(PictureHashError)
    }
}

/// Why bytes are no picture that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Its first bytes are of none of the kinds.
    #[error("it is no PNG, JPEG, WebP or GIF")]
    Kind,
    /// It says that it is wider or higher than is decoded.
    #[error("it is larger than {MAX_SIDE} pixels on a side", MAX_SIDE = Picture::MAX_SIDE)]
    TooLarge,
    /// It begins like a picture and is none.
    #[error("it cannot be decoded")]
    Broken,
}

impl Picture {
    /// The most bytes of an original.
    pub const MAX_BYTES: usize = 256 * 1024;
    /// The most pixels on a side of an original.
    pub const MAX_SIDE: u32 = 2_048;
    /// The most pixels on a side, as it is shown.
    pub const SIDE: u32 = 96;
    /// The most memory for decoding one.
    const MAX_MEMORY: u64 = 32 * 1024 * 1024;

    /// Reads what somebody else sent. Bounded in memory and work; still for threads that may block.
    pub fn read(bytes: &[u8]) -> Result<Self, PictureError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(PictureError::TooLarge);
        }
        let Ok(
            format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif),
        ) = image::guess_format(bytes)
        else {
            return Err(PictureError::Kind);
        };
        let (width, height) = reader(bytes, format).into_dimensions().map_err(refused)?;
        let side = 1..=Self::MAX_SIDE;
        if !side.contains(&width) || !side.contains(&height) {
            return Err(PictureError::TooLarge);
        }
        let drawn = reader(bytes, format).decode().map_err(refused)?;
        Self::draw(&drawn)
    }

    fn draw(original: &DynamicImage) -> Result<Self, PictureError> {
        let fits = original.width() <= Self::SIDE && original.height() <= Self::SIDE;
        let small = if fits {
            original.to_rgba8()
        } else {
            original.thumbnail(Self::SIDE, Self::SIDE).to_rgba8()
        };
        let mut png = Cursor::new(Vec::new());
        small
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|_| PictureError::Broken)?;
        Ok(Self {
            png: png.into_inner(),
            shape: shape(&DynamicImage::ImageRgba8(small)),
        })
    }

    /// The PNG that is shown.
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// SHA-256 of the PNG.
    pub fn hash(&self) -> PictureHash {
        PictureHash(Sha256::digest(&self.png).into())
    }

    /// What stays when the same drawing is packed anew: where it grows darker from left to right, as SHA-256. None of a
    /// drawing with too little in it to be known by.
    pub const fn shape(&self) -> Option<[u8; 32]> {
        self.shape
    }
}

fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(Picture::MAX_SIDE);
    limits.max_image_height = Some(Picture::MAX_SIDE);
    limits.max_alloc = Some(Picture::MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refused(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => PictureError::Broken,
    }
}

/// The columns and rows of the grid that a drawing is compared in.
const GRID: (u32, u32) = (9, 8);
/// The least difference of two fields that is one, of 255.
const STEP: u8 = 4;
/// The fewest differences of a drawing that is known by them, of 64.
const FEWEST: usize = 8;

/// The differences of neighbours in a coarse grid of greys, on white.
fn shape(drawn: &DynamicImage) -> Option<[u8; 32]> {
    let mut white = image::RgbaImage::from_pixel(
        drawn.width(),
        drawn.height(),
        image::Rgba([255, 255, 255, 255]),
    );
    imageops::overlay(&mut white, &drawn.to_rgba8(), 0, 0);
    let grey = DynamicImage::ImageRgba8(white).to_luma8();
    let grid = imageops::thumbnail(&grey, GRID.0, GRID.1);
    let mut bits = Vec::with_capacity(64);
    for row in grid.rows() {
        let fields: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
        let pairs = fields.iter().zip(fields.iter().skip(1));
        bits.extend(pairs.map(|(left, right)| left.saturating_sub(*right) > STEP));
    }
    let set = bits.iter().filter(|bit| **bit).count();
    let bytes: Vec<u8> = bits.into_iter().map(u8::from).collect();
    (set >= FEWEST).then(|| Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests;
