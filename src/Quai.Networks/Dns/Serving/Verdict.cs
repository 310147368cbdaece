namespace Quai.Networks.Dns.Serving;

/// <summary>What is to be done about a message.</summary>
internal enum Verdict
{
    /// <summary>Nothing: it is none that could be answered.</summary>
    Silence,

    /// <summary>The answer is ready to be sent.</summary>
    Answered,

    /// <summary>Others are to be asked: by <see cref="Responder.ForwardAsync"/>, which must be called then.</summary>
    Forward,
}
