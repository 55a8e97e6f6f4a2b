//! What is wrong with a run: a place, a reason that scripts can search for, and a sentence.

use std::fmt;

/// Why a run is refused, by the words that a controller writes into the run's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A field does not fit the resource's definition or one of its rules.
    Invalid,
    /// The run names no runtime that can be planned.
    MissingRuntime,
    /// The agent is not there.
    MissingAgent,
    /// The agent's provider is not there.
    MissingProvider,
    /// The profile that the run asks for is not among the settings.
    MissingProfile,
    /// Neither the run, its provider nor the settings name an image.
    MissingWorkloadImage,
    /// The run lacks labels that the controllers ask for.
    MissingRequiredLabels,
    /// The controllers refuse a label of the run.
    LabelBlocked,
    /// A label of the run is none of those that the controllers allow.
    LabelNotAllowed,
    /// The controllers refuse the image.
    ImageBlocked,
    /// The image is none of those that the controllers allow.
    ImageNotAllowed,
    /// The controllers refuse the Secret.
    SecretBlocked,
    /// What shall be implemented is not there.
    MissingImplementation,
    /// The implementation's contract asks for parameters that the run does not give.
    MissingRequiredMetadata,
    /// The memory is not there.
    MissingMemory,
    /// The version control provider is not there, or may not be used so.
    VersionControl,
    /// The agent does not allow this secret.
    SecretNotAllowed,
    /// The agent does not allow this service account; none counts as `default`.
    ServiceAccountNotAllowed,
    /// The agent does not allow implementations of this source.
    ImplementationSourceProviderNotAllowed,
    /// The pod breaks the pod security level that its namespace enforces.
    PodSecurity,
}

impl Reason {
    /// Gives the word, as it stands in the conditions of a run.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid",
            Self::MissingRuntime => "MissingRuntime",
            Self::MissingAgent => "MissingAgent",
            Self::MissingProvider => "MissingProvider",
            Self::MissingProfile => "MissingProfile",
            Self::MissingWorkloadImage => "MissingWorkloadImage",
            Self::MissingRequiredLabels => "MissingRequiredLabels",
            Self::LabelBlocked => "LabelBlocked",
            Self::LabelNotAllowed => "LabelNotAllowed",
            Self::ImageBlocked => "ImageBlocked",
            Self::ImageNotAllowed => "ImageNotAllowed",
            Self::SecretBlocked => "SecretBlocked",
            Self::MissingImplementation => "MissingImplementation",
            Self::MissingRequiredMetadata => "MissingRequiredMetadata",
            Self::MissingMemory => "MissingMemory",
            Self::VersionControl => "VersionControl",
            Self::SecretNotAllowed => "SecretNotAllowed",
            Self::ServiceAccountNotAllowed => "ServiceAccountNotAllowed",
            Self::ImplementationSourceProviderNotAllowed => {
                "ImplementationSourceProviderNotAllowed"
            }
            Self::PodSecurity => "PodSecurity",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong, shown as `spec.workload.volumes[0].claimName: a volume of type pvc needs a claim`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Fault {
    /// Why.
    pub reason: Reason,
    /// The field of the run (or `agent`, `provider`, `agentRun` of the settings, then its field), as Kubernetes writes
    /// paths.
    pub field: String,
    /// One lowercase clause; it never holds a value that may be a secret.
    pub message: String,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

/// All that is wrong with a run, in the order of a controller's admission; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Gives the result where nothing is wrong, else all that is.
    ///
    /// # Errors
    ///
    /// The faults, if there are any.
    pub fn check(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }

    /// Gives each.
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
