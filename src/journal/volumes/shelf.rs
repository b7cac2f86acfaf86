//! The open volumes: a bounded number, the least recently used closed first.
//!
//! A volume can be open only once in a process (sled locks its file), so whoever needs one leases
//! it here. `exclusive` is for those who must have it closed: sealing and inspecting.
//!
//! Blocking: a lease waits while every place is taken by readers or the volume is held exclusively.
//! A reader holds one lease at a time and lets go before it takes another, so nobody waits in a ring.

use std::io;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::super::ReadError;
use super::store::Store;

/// The places.
#[derive(Debug)]
pub(super) struct Shelf {
    places: Mutex<Vec<Place>>,
    /// The journal is gone; nothing is opened any more, so that its successor finds all locks free.
    closed: AtomicBool,
    changed: Condvar,
    places_max: usize,
}

/// One volume that is open, or being opened or closed by somebody.
#[derive(Debug)]
struct Place {
    number: u32,
    /// Nothing while one thread opens, closes or holds it.
    store: Option<Arc<Store>>,
    users: usize,
    /// Somebody waits to have it closed: no new leases.
    wanted: bool,
    /// Being written: stays open.
    pinned: bool,
}

/// A volume in use.
#[derive(Debug)]
pub(super) struct Lease<'a> {
    // Dropped in this order: whoever sees no users holds the only reference.
    store: Arc<Store>,
    _use: Use<'a>,
}

/// Counts one user of a place.
#[derive(Debug)]
struct Use<'a> {
    shelf: &'a Shelf,
    number: u32,
}

/// A volume that is closed and stays closed as long as this lives.
#[derive(Debug)]
pub(super) struct Exclusive<'a> {
    shelf: &'a Shelf,
    number: u32,
}

impl Shelf {
    pub fn new(places_max: usize) -> Self {
        Self {
            places: Mutex::new(Vec::new()),
            closed: AtomicBool::new(false),
            changed: Condvar::new(),
            places_max: places_max.max(2),
        }
    }

    /// Puts the volume being written on the shelf, so that readers find it.
    pub fn put_pinned(&self, store: Arc<Store>) {
        let number = store.number();
        let mut places = self.lock();
        places.retain(|place| place.number != number);
        places.push(Place { number, store: Some(store), users: 0, wanted: false, pinned: true });
        self.changed.notify_all();
    }

    /// It is no longer being written.
    pub fn unpin(&self, number: u32) {
        if let Some(place) = find(&mut self.lock(), number) {
            place.pinned = false;
        }
        self.changed.notify_all();
    }

    /// Volume `number`, opened by `open` if it is not.
    pub fn lease(
        &self,
        number: u32,
        open: impl FnOnce() -> Result<Store, ReadError>,
    ) -> Result<Lease<'_>, ReadError> {
        let mut places = self.lock();
        loop {
            if self.closed.load(Ordering::SeqCst) {
                let source = io::Error::other("the journal was closed");
                return Err(ReadError::io(number, "reading", source));
            }
            if let Some(index) = places.iter().position(|place| place.number == number) {
                if let Some(place) = places.get_mut(index)
                    && !place.wanted
                    && let Some(store) = place.store.clone()
                {
                    place.users += 1;
                    // The last in the list is the one used last.
                    let place = places.remove(index);
                    places.push(place);
                    return Ok(Lease { store, _use: Use { shelf: self, number } });
                }
                places = self.wait(places);
            } else if places.len() < self.places_max {
                places.push(Place { number, store: None, users: 0, wanted: false, pinned: false });
                drop(places);
                let opening = Vacancy { shelf: self, number };
                let store = Arc::new(open()?); // On error the place is given back.
                std::mem::forget(opening);
                let mut places = self.lock();
                if let Some(place) = find(&mut places, number) {
                    place.store = Some(Arc::clone(&store));
                    place.users = 1;
                }
                self.changed.notify_all();
                return Ok(Lease { store, _use: Use { shelf: self, number } });
            } else {
                places = self.make_room(places)?;
            }
        }
    }

    /// Closes the least recently used volume nobody uses, or waits for somebody to let go.
    fn make_room<'a>(
        &'a self,
        mut places: MutexGuard<'a, Vec<Place>>,
    ) -> Result<MutexGuard<'a, Vec<Place>>, ReadError> {
        let idle =
            |place: &&mut Place| place.users == 0 && !place.pinned && !place.wanted && place.store.is_some();
        let Some(place) = places.iter_mut().find(idle) else { return Ok(self.wait(places)) };
        let (number, store) = (place.number, place.store.take());
        drop(places);
        let closing = Vacancy { shelf: self, number };
        close(store)?;
        drop(closing);
        Ok(self.lock())
    }

    /// Waits until nobody uses volume `number`, closes it and keeps it closed.
    pub fn exclusive(&self, number: u32) -> Result<Exclusive<'_>, ReadError> {
        let mut places = self.lock();
        loop {
            let Some(place) = find(&mut places, number) else {
                // Not open: the place is taken without opening. It counts, but never waits for room.
                places.push(Place { number, store: None, users: 0, wanted: false, pinned: false });
                return Ok(Exclusive { shelf: self, number });
            };
            if place.store.is_some() && place.users == 0 {
                let store = place.store.take();
                place.wanted = false;
                drop(places);
                let exclusive = Exclusive { shelf: self, number };
                close(store)?;
                return Ok(exclusive);
            }
            place.wanted = place.store.is_some();
            places = self.wait(places);
        }
    }

    /// Closes everything; readers that come later hear an error.
    pub fn close_all(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let numbers: Vec<u32> = self.lock().iter().map(|place| place.number).collect();
        for number in numbers {
            // What cannot be closed cleanly was durable before it was acknowledged.
            drop(self.exclusive(number));
        }
    }

    #[cfg(test)]
    pub fn open_count(&self) -> usize {
        self.lock().len()
    }

    fn remove(&self, number: u32) {
        self.lock().retain(|place| place.number != number);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Place>> {
        // A thread that panicked did so outside: nothing under this lock can.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, places: MutexGuard<'a, Vec<Place>>) -> MutexGuard<'a, Vec<Place>> {
        self.changed.wait(places).unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives a place back, also when what was done there failed.
struct Vacancy<'a> {
    shelf: &'a Shelf,
    number: u32,
}

impl Drop for Vacancy<'_> {
    fn drop(&mut self) {
        self.shelf.remove(self.number);
    }
}

fn find(places: &mut [Place], number: u32) -> Option<&mut Place> {
    places.iter_mut().find(|place| place.number == number)
}

fn close(store: Option<Arc<Store>>) -> Result<(), ReadError> {
    match store.map(Arc::try_unwrap) {
        Some(Ok(store)) => store.close(),
        // The writer still has it; it closes with the last owner. Opening again waits for that.
        Some(Err(_)) | None => Ok(()),
    }
}

impl Deref for Lease<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Drop for Use<'_> {
    fn drop(&mut self) {
        if let Some(place) = find(&mut self.shelf.lock(), self.number) {
            place.users -= 1;
        }
        self.shelf.changed.notify_all();
    }
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        self.shelf.remove(self.number);
    }
}
