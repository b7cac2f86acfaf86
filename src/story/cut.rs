//! A line that breaks: it carries a request to the server, and is cut when the answer sets out.
//!
//! Knows no calls, and of HTTP/2 only how frames follow one another (RFC 9113, 4.1) and which one an answer begins with: so it
//! cuts neither too early nor too late, however fast the machine is.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Bytes before what a frame carries: three of its length, its type, and five that nobody here asks about.
const HEAD_BYTES: usize = 9;
/// The type of the frame that an answer begins with.
const HEADERS: u8 = 1;

/// Lays a line to the server: where it begins. It carries one connection. Inside the runtime.
///
/// # Errors
/// If the machine gives no port.
pub async fn lay(server: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((server.ip(), 0)).await?;
    let begins = listener.local_addr()?;
    tokio::spawn(async move {
        let taken = listener.accept().await;
        drop(listener);
        if let Ok((near, _)) = taken {
            // However it ends, whoever called hears no answer, and that is what it is for.
            let _cut = carry(near, server).await;
        }
    });
    Ok(begins)
}

/// Carries what is said there, and what comes back before the answer.
async fn carry(mut near: TcpStream, server: SocketAddr) -> io::Result<()> {
    let mut far = TcpStream::connect(server).await?;
    let (mut from_near, mut to_near) = near.split();
    let (mut from_far, mut to_far) = far.split();
    tokio::select! {
        hung_up = tokio::io::copy(&mut from_near, &mut to_far) => hung_up.map(drop),
        cut = back_until_answer(&mut from_far, &mut to_near) => cut,
    }
}

/// Carries frames, each whole, until one comes that begins an answer.
async fn back_until_answer(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    loop {
        let mut head = [0; HEAD_BYTES];
        from.read_exact(&mut head).await?;
        let [high, middle, low, kind, ..] = head;
        if kind == HEADERS {
            return Ok(());
        }
        to.write_all(&head).await?;
        let length = u64::from(u32::from_be_bytes([0, high, middle, low]));
        let mut carried = from.take(length);
        if tokio::io::copy(&mut carried, to).await? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, carried: &[u8]) -> Vec<u8> {
        let length = u8::try_from(carried.len()).unwrap();
        [&[0, 0, length, kind, 0, 0, 0, 0, 1], carried].concat()
    }

    /// Goal: what comes before an answer goes through whole, and of the answer nothing does. Method: settings, a ping that
    /// carries what looks like an answer, an answer; a line that ends by itself.
    #[tokio::test]
    async fn nothing_of_an_answer_comes_through() {
        let before = [frame(4, &[]), frame(6, &frame(HEADERS, b"no answer"))].concat();
        let said = [before.clone(), frame(HEADERS, b"200"), frame(0, b"taken")].concat();
        let mut heard = Vec::new();
        back_until_answer(&mut said.as_slice(), &mut heard).await.unwrap();
        assert_eq!(heard, before);

        let ended = before.get(..before.len() - 1).unwrap();
        let mut heard = Vec::new();
        let error = back_until_answer(&mut &*ended, &mut heard).await.unwrap_err();
        assert_eq!((error.kind(), heard.as_slice()), (io::ErrorKind::UnexpectedEof, ended));
    }
}
