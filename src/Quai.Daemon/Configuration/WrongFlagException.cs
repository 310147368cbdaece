using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>An invalid command line: an unknown flag, a value of the wrong kind, an extra argument.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class WrongFlagException(string message) : QuaiException(ErrorKind.InvalidParameter, message + "\nSee 'quaid --help'.");
