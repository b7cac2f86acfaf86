//! Which calls there are, and what they are asked and answered with: read from the descriptors that
//! reflection answers with, so that no call has to be listed twice.

use std::collections::HashMap;

use prost_reflect::{DescriptorError, DescriptorPool, MessageDescriptor};

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it is asked with.
    pub input: MessageDescriptor,
    /// What it is answered with.
    pub output: MessageDescriptor,
    /// Whether either side says more than one message.
    pub is_stream: bool,
}

/// All calls, by the path they are asked at.
#[derive(Debug)]
pub struct Calls {
    by_path: HashMap<String, Call>,
    pool: DescriptorPool,
}

impl Calls {
    /// The calls of all services in encoded `FileDescriptorSet`s. Details of errors can be read if their
    /// messages are in one of them.
    pub fn of(descriptor_sets: &[&[u8]]) -> Result<Self, DescriptorError> {
        let mut pool = DescriptorPool::new();
        for set in descriptor_sets {
            pool.decode_file_descriptor_set(*set)?;
        }
        let mut by_path = HashMap::new();
        for service in pool.services() {
            for method in service.methods() {
                let call = Call {
                    input: method.input(),
                    output: method.output(),
                    is_stream: method.is_client_streaming() || method.is_server_streaming(),
                };
                by_path.insert(format!("/{}/{}", service.full_name(), method.name()), call);
            }
        }
        Ok(Self { by_path, pool })
    }

    /// The call that is asked at `path`.
    pub fn get(&self, path: &str) -> Option<&Call> {
        self.by_path.get(path)
    }

    /// A message by its full name.
    pub fn message(&self, full_name: &str) -> Option<MessageDescriptor> {
        self.pool.get_message_by_name(full_name)
    }
}
