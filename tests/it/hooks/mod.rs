//! Events on their way to partners' software: through real sockets, over kills, to receivers of every kind.

mod child;
mod delivered;
mod kills;
mod peers;
mod receiver;
