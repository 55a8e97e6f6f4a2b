//! How much a template may ask a function to make.
