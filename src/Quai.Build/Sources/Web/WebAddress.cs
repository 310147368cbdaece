using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Sources.Web;

/// <summary>A file of a server, and how it is to be stored.</summary>
/// <param name="Url">Where it is.</param>
internal sealed record WebAddress(Uri Url)
{
    private const string UploadHost = "buildkit-session";
    private const uint UsualMode = 0x180;

    /// <summary>The digest that it must have; null where any will do.</summary>
    public Digest? Checksum { get; init; }

    /// <summary>The name that it is stored by; empty for the one that it has there.</summary>
    public string FileName { get; init; } = "";

    /// <summary>Its permission bits.</summary>
    public uint Mode { get; init; } = UsualMode;

    /// <summary>Its owner.</summary>
    public uint Uid { get; init; }

    /// <summary>Its group.</summary>
    public uint Gid { get; init; }

    /// <summary>The secret with the header that the server wants; empty for none by name.</summary>
    public string HeaderSecret { get; init; } = "";

    /// <summary>The upload that it stands for; null for a file of a server.</summary>
    public string? Upload => Url.Host == UploadHost ? Url.AbsolutePath.TrimStart('/') : null;

    /// <summary>By what the file is kept: all that makes another file of it.</summary>
    public string Key => "http:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Url.AbsoluteUri}\0{FileName}\0{Mode}\0{Uid}\0{Gid}\0{HeaderSecret}")));

    /// <summary>Reads it from a graph's source.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is malformed.</exception>
    public static WebAddress Read(SourceOp source)
    {
        if (!Uri.TryCreate(source.Identifier, UriKind.Absolute, out Uri? url) || url.Host.Length == 0)
        {
            throw QuaiException.Invalid($"{source.Identifier} is no address of a server");
        }

        string checksum = Text("http.checksum"), name = Text("http.filename");
        if (name.Length > 0 && !IsName(name))
        {
            throw QuaiException.Invalid($"{name} is no name of a file");
        }

        return new WebAddress(url)
        {
            Checksum = checksum.Length == 0 ? null : Digest.Parse(checksum),
            FileName = name,
            Mode = Number("http.perm", UsualMode) & 0xfff,
            Uid = Number("http.uid", 0),
            Gid = Number("http.gid", 0),
            HeaderSecret = Text("http.authheadersecret"),
        };

        string Text(string attribute) => source.Attrs.TryGetValue(attribute, out string? value) ? value : "";

        uint Number(string attribute, uint usual)
        {
            string text = Text(attribute);
            if (text.Length == 0)
            {
                return usual;
            }

            // As Go reads them: 0644 and 0o644 have the base 8.
            try
            {
                return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? Convert.ToUInt32(text, 16)
                    : text.StartsWith("0o", StringComparison.OrdinalIgnoreCase) ? Convert.ToUInt32(text[2..], 8)
                    : text.Length > 1 && text[0] == '0' ? Convert.ToUInt32(text, 8)
                    : uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                throw QuaiException.Invalid($"invalid value {text} of the attribute {attribute} of a source", e);
            }
        }
    }

    /// <summary>The name that the file is stored by.</summary>
    /// <param name="offered">The name that the server gives it; null for none.</param>
    public string NameOf(string? offered)
    {
        string last = Uri.UnescapeDataString(Url.AbsolutePath[(Url.AbsolutePath.LastIndexOf('/') + 1)..]);
        return FileName.Length > 0 ? FileName
            : offered?.Trim('"') is { } given && IsName(Path.GetFileName(given)) ? Path.GetFileName(given)
            : IsName(last) ? last
            : "download";
    }

    private static bool IsName(string name) => name is not ("" or "." or "..") && !name.Contains('/') && !name.Contains('\0') && Encoding.UTF8.GetByteCount(name) <= 255;
}
