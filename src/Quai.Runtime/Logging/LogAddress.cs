namespace Quai.Runtime.Logging;

/// <summary>An address of a log's server, as the kernel takes it.</summary>
/// <param name="Bytes">The socket address.</param>
/// <param name="IsStream">Whether a connection is made to it, rather than datagrams sent.</param>
public sealed record LogAddress(ReadOnlyMemory<byte> Bytes, bool IsStream);
