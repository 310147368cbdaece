using Quai.Errors;

namespace Quai.Networks.Ports;

/// <summary>A host port cannot be published. The message is Docker's, without the part that names the endpoint, which the caller puts before it.</summary>
/// <param name="message">Which port, and why not.</param>
public sealed class PortUnavailableException(string message) : QuaiException(ErrorKind.System, message)
{
    /// <summary>The id of the container that has it; null where none has.</summary>
    public string? HoldingContainer { get; init; }

    /// <summary>The program that has it, where it can be found.</summary>
    public PortHolder? HoldingProcess { get; init; }
}
