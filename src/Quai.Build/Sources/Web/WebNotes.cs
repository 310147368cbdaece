using System.Globalization;
using System.Text;

namespace Quai.Build.Sources.Web;

/// <summary>What is known of a file that came from a server.</summary>
/// <param name="Digest">The digest of its content.</param>
/// <param name="Name">The name that it is stored by.</param>
/// <param name="Tag">The mark by which the server knows this version; empty for none.</param>
/// <param name="ModifiedAt">When it was changed there, in seconds since 1970; 0 where the server does not say.</param>
internal sealed record WebNotes(string Digest, string Name, string Tag, long ModifiedAt)
{
    /// <summary>Writes them.</summary>
    public byte[] Write() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Digest}\0{Name}\0{Tag}\0{ModifiedAt}"));

    /// <summary>Reads them; null for what is not such.</summary>
    public static WebNotes? Read(byte[] notes) =>
        Encoding.UTF8.GetString(notes).Split('\0') is [var digest, var name, var tag, var time] && long.TryParse(time, CultureInfo.InvariantCulture, out long modified) ? new WebNotes(digest, name, tag, modified) : null;
}
