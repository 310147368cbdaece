namespace Quai.Client;

/// <summary>The daemon could not be reached, or broke off.</summary>
/// <param name="message">What happened.</param>
public sealed class ConnectionException(string message) : Exception(message);
