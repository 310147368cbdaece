namespace Quai.Networks.Dns.Messages;

/// <summary>What a client's message turned out to be.</summary>
internal enum QueryReading
{
    /// <summary>Nothing that could be answered.</summary>
    Nothing,

    /// <summary>A message that cannot be read.</summary>
    Malformed,

    /// <summary>Something else than a question.</summary>
    Unsupported,

    /// <summary>A question.</summary>
    Question,
}
