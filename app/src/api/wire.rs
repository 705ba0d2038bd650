//! How data reaches the browser's half: as JSON, which the browser reads itself. Its own parser
//! costs no WASM, and each type is read in one way, whether it comes with the page or later.

use crate::browser;
use leptos::{
    server::codee::{Decoder, Encoder},
    server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post},
};
use serde::{Serialize, de::DeserializeOwned};

/// The encoding of resources, and of server functions that are no forms.
#[derive(Debug)]
pub struct Wire;

/// Input and output of such a server function.
pub type Sent = Post<Wire>;

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Wire {
    type Error = String;

    fn decode(bytes: Bytes) -> Result<T, String> {
        browser::from_json(&String::from_utf8_lossy(&bytes))
    }
}

impl<T: Serialize> Encoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Wire {
    type Error = String;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, String> {
        browser::from_json(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::ApiError;
    use domain::problem::{FieldProblem, Problem};

    #[test]
    fn what_is_sent_reads_back() {
        let field = FieldProblem {
            field: "name".to_owned(),
            message: "Ä".to_owned(),
        };
        let sent: Result<Vec<u8>, ApiError> = Err(ApiError(Problem::Invalid(vec![field])));
        let text = <Wire as Encoder<_>>::encode(&sent).expect("encodes");
        assert_eq!(<Wire as Decoder<_>>::decode(&text), Ok(sent));
    }
}
