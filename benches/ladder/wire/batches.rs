//! PostBatches: streams, each with messages on their way.

use std::time::Instant;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;

use super::message::Messages;
use super::{Answered, BEHIND_MAX, Order, What, When};
use crate::common::driver::{schedule, wait_until};
use crate::common::workload::Generator;

pub const METHOD: &str = "/hourbook.v1.LedgerService/PostBatches";

/// One stream's messages: a moment for each, in order.
type Moments = mpsc::Sender<Instant>;

pub async fn run(order: &Order, channels: Vec<Channel>, entries: usize, ends: Instant) -> Vec<Answered> {
    let What::Batches { streams, .. } = order.what else { unreachable!("batches were asked for") };
    let mut moments = Vec::new();
    let mut tasks = Vec::new();
    for stream in 0..streams {
        let (sender, receiver) = mpsc::channel(BEHIND_MAX);
        let generator = Generator::new(order.workload, order.accounts, order.seed * 64 + stream as u64);
        let again = match order.when {
            When::InFlight(all) => {
                for _ in 0..all.div_ceil(streams) {
                    sender.try_send(Instant::now()).unwrap();
                }
                Some((sender.clone(), ends))
            }
            When::PerSecond(_) => None,
        };
        moments.push(sender);
        let channel = channels[stream % channels.len()].clone();
        tasks.push(tokio::spawn(one_stream(channel, Messages::new(generator, entries), receiver, again)));
    }
    let scheduled = match order.when {
        When::InFlight(_) => {
            drop(moments);
            None
        }
        When::PerSecond(rate) => Some(leave_on_time(moments, entries as f64 / rate, ends)),
    };
    let mut answered = Vec::new();
    for task in tasks {
        answered.extend(task.await.unwrap());
    }
    if let Some(thread) = scheduled {
        thread.join().unwrap();
    }
    answered
}

/// A thread, because the runtime's own clock goes by milliseconds. Streams take turns.
fn leave_on_time(moments: Vec<Moments>, every_s: f64, ends: Instant) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let began = Instant::now();
        for (moment, stream) in schedule(began, every_s, ends - began).zip(moments.iter().cycle()) {
            wait_until(moment);
            stream.try_send(moment).expect("the server is far behind the schedule");
        }
    })
}

/// Sends a message for each moment; in a closed loop another one for each answer until it ends.
async fn one_stream(
    channel: Channel,
    messages: Messages,
    mut moments: mpsc::Receiver<Instant>,
    mut again: Option<(Moments, Instant)>,
) -> Vec<Answered> {
    let (sent, mut unanswered) = mpsc::channel(BEHIND_MAX);
    let (send, requests) = mpsc::channel(1);
    // Noted before it is sent; a message is drawn and written when the transport takes it.
    tokio::spawn(async move {
        while let Some(moment) = moments.recv().await {
            sent.try_send(moment).expect("the server is far behind the schedule");
            if send.send(()).await.is_err() {
                return;
            }
        }
    });
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.unwrap();
    let requests = Request::new(ReceiverStream::new(requests));
    let answers = grpc.streaming(requests, PathAndQuery::from_static(METHOD), messages).await.unwrap();
    let mut answers = answers.into_inner();
    let mut answered = Vec::new();
    while let Some(entries) = answers.message().await.unwrap() {
        answered.push(Answered::now(unanswered.recv().await.unwrap(), entries));
        if let Some((moments, ends)) = &again {
            if Instant::now() < *ends {
                moments.try_send(Instant::now()).unwrap();
            } else {
                again = None;
            }
        }
    }
    answered
}
