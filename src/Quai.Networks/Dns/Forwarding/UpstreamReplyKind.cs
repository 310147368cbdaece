namespace Quai.Networks.Dns.Forwarding;

/// <summary>How asking one server ended.</summary>
internal enum UpstreamReplyKind
{
    /// <summary>It said nothing in its time. Something may have been lost.</summary>
    Silence,

    /// <summary>It cannot be reached, cannot be understood, or would not answer. Asking again brings no more.</summary>
    Failure,

    /// <summary>It answered.</summary>
    Answer,
}
