//! The screen: from session to cells. Changes nothing.
