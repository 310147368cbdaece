namespace Quai.Engine.Logs.Options;

/// <summary>Certificates of an encrypted connection to a log's server.</summary>
/// <param name="Authority">A file with certificates that are trusted besides the machine's; empty for none.</param>
/// <param name="Certificate">A file with a certificate to be shown to the server; empty for none.</param>
/// <param name="Key">The file with its key.</param>
/// <param name="Verifies">Whether the server's certificate is verified.</param>
public sealed record LogTls(string Authority, string Certificate, string Key, bool Verifies)
{
    /// <summary>The machine's authorities, no certificate.</summary>
    public static LogTls Default { get; } = new("", "", "", true);
}
