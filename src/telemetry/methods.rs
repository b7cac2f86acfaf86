//! Which methods may be named in a label: those that are served, and nobody else's words.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use prost_types::FileDescriptorSet;

use super::TelemetryError;
use super::names::UNKNOWN_METHOD;

/// Most methods there may be; each is a label of several metrics.
pub const METHODS_MAX: usize = 500;

/// The methods of the services that are served. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Methods {
    by_path: Arc<HashMap<String, Arc<str>>>,
    unknown: Arc<str>,
}

impl Methods {
    /// The methods of all services in encoded `FileDescriptorSet`s, such as reflection answers with.
    ///
    /// # Errors
    /// [`TelemetryError::Descriptors`] if a set cannot be decoded, [`TelemetryError::TooManyMethods`] above
    /// [`METHODS_MAX`].
    pub fn of(descriptor_sets: &[&[u8]]) -> Result<Self, TelemetryError> {
        let mut by_path = HashMap::new();
        for bytes in descriptor_sets {
            for file in FileDescriptorSet::decode(*bytes).map_err(TelemetryError::Descriptors)?.file {
                for service in &file.service {
                    for method in &service.method {
                        let name = format!("{}.{}/{}", file.package(), service.name(), method.name());
                        by_path.insert(format!("/{name}"), Arc::from(name));
                    }
                }
            }
        }
        if by_path.len() > METHODS_MAX {
            return Err(TelemetryError::TooManyMethods(by_path.len()));
        }
        Ok(Self { by_path: Arc::new(by_path), unknown: Arc::from(UNKNOWN_METHOD) })
    }

    /// The label for the path of a request.
    #[must_use]
    pub fn label(&self, path: &str) -> Arc<str> {
        Arc::clone(self.by_path.get(path).unwrap_or(&self.unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a caller cannot invent a label. Method: served paths keep their name; what nearly is one,
    /// or carries something of a member, becomes `unknown`.
    #[test]
    fn only_served_methods_have_a_label() {
        let methods = Methods::of(&[tonic_health::pb::FILE_DESCRIPTOR_SET]).unwrap();
        assert_eq!(&*methods.label("/grpc.health.v1.Health/Check"), "grpc.health.v1.Health/Check");
        for path in ["/grpc.health.v1.Health/check", "grpc.health.v1.Health/Check", "/Ann/Baker", "/", ""] {
            assert_eq!(&*methods.label(path), UNKNOWN_METHOD, "{path}");
        }
    }

    /// Goal: what is not a descriptor set is refused. Method: bytes that no message begins with.
    #[test]
    fn bytes_that_are_no_descriptors_are_refused() {
        assert!(matches!(Methods::of(&[&[0xff; 4]]), Err(TelemetryError::Descriptors(_))));
    }
}
