using Quai.Errors;

namespace Quai.Convergence;

/// <summary>A project cannot be brought to the state that its files describe.</summary>
/// <param name="message">One sentence that names the service, network or volume.</param>
/// <param name="innerException">What caused it, if anything.</param>
public sealed class ConvergenceException(string message, Exception? innerException = null) : QuaiException(ErrorKind.InvalidParameter, message, innerException);
