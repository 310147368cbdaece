namespace Quai.Client;

/// <summary>The daemon could not be reached, or the connection was lost.</summary>
/// <param name="message">What happened.</param>
public sealed class ConnectionException(string message) : Exception(message);
