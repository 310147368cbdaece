using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>A command line that has no meaning: an unknown flag, a value of the wrong kind, an argument too many.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class WrongFlagException(string message) : QuaiException(ErrorKind.InvalidParameter, message + "\nSee 'quaid --help'.");
