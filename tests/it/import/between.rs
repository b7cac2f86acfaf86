//! Stands between client and server, so that a test decides what comes through, and when.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Bytes that are passed on at once.
const CHUNK_BYTES_MAX: usize = 16 << 10;

/// What comes through from the client.
pub trait Passage: Send + Sync + 'static {
    /// Waits until the next `bytes` may pass; `before` have passed on this connection. False cuts it.
    fn may_pass(&self, before: usize, bytes: usize) -> impl Future<Output = bool> + Send;
}

/// Cuts the first connections without a word.
pub struct Cuts {
    pub after_bytes: usize,
    pub left: AtomicUsize,
}

impl Passage for Cuts {
    async fn may_pass(&self, before: usize, bytes: usize) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        before + bytes <= self.after_bytes
            || self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err()
    }
}

/// Lets through what it was given, over all connections.
pub struct Gate(Semaphore);

impl Gate {
    pub fn shut() -> Self {
        Self(Semaphore::new(0))
    }

    /// Lets `bytes` more through, unless the last are not used up.
    pub fn let_through(&self, bytes: usize) {
        if self.0.available_permits() < bytes {
            self.0.add_permits(bytes);
        }
    }

    /// Nothing more comes through.
    pub fn shut_again(&self) {
        self.0.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Everything comes through from now on.
    pub fn open(&self) {
        self.0.add_permits(Semaphore::MAX_PERMITS - self.0.available_permits());
    }
}

impl Passage for Gate {
    async fn may_pass(&self, _before: usize, bytes: usize) -> bool {
        self.0.acquire_many(bytes.try_into().unwrap()).await.unwrap().forget();
        true
    }
}

/// Takes connections and passes on what `passage` lets through. One side gone, both are gone.
pub async fn stand_between(listener: TcpListener, server: SocketAddr, passage: Arc<impl Passage>) {
    while let Ok((client, _)) = listener.accept().await {
        let passage = Arc::clone(&passage);
        tokio::spawn(async move {
            // While nobody listens there, the client hears so: its connection ends.
            let Ok(server) = TcpStream::connect(server).await else { return };
            let (from_client, mut to_client) = client.into_split();
            let (mut from_server, to_server) = server.into_split();
            tokio::select! {
                () = pass(from_client, to_server, &*passage) => {}
                _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
            }
        });
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    passage: &impl Passage,
) {
    let (mut buffer, mut before) = ([0; CHUNK_BYTES_MAX], 0);
    while let Ok(bytes @ 1..) = from.read(&mut buffer).await {
        if !passage.may_pass(before, bytes).await || to.write_all(&buffer[..bytes]).await.is_err() {
            return;
        }
        before += bytes;
    }
}
