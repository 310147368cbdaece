namespace Quai.Images;

/// <summary>One message of Docker's progress stream: written by the daemon as a line of JSON with the same member names.</summary>
/// <param name="Status">What happens, in Docker's words (<c>Pulling fs layer</c>, <c>Downloading</c> …).</param>
/// <param name="Id">The layer (12 hex digits) or tag concerned.</param>
/// <param name="Current">Bytes done, with <paramref name="Total"/>.</param>
/// <param name="Total">Bytes in all.</param>
/// <param name="Stream">Text to be printed unchanged, instead of a status (load and build).</param>
/// <param name="Aux">What was pushed, for programs.</param>
public sealed record ProgressMessage(string? Status, string? Id = null, long? Current = null, long? Total = null, string? Stream = null, PushResult? Aux = null);
