using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Quai.Build.Attestations.Packages;

/// <summary>Writes packages as a document of SPDX 2.3.</summary>
internal static class SpdxDocument
{
    private const string Unknown = "NOASSERTION", DocumentId = "SPDXRef-DOCUMENT";

    /// <summary>Writes it, on one line.</summary>
    /// <param name="name">What was looked at.</param>
    /// <param name="scan">What was found.</param>
    /// <param name="time">When.</param>
    public static byte[] Write(string name, PackageScan scan, DateTimeOffset time)
    {
        (FoundPackage Package, string Id)[] packages = [.. scan.Packages.Select(p => (p, "SPDXRef-Package-" + Hash($"{p.Url}\0{p.Place}")[..16]))];
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Statements.Compact))
        {
            json.WriteStartObject();
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", DocumentId);
            json.WriteString("name", name);
            json.WriteString("documentNamespace", "urn:quai:sbom:" + Hash($"{name}\0{time.ToUnixTimeSeconds()}\0{string.Join('\0', packages.Select(p => p.Id))}"));
            if (scan.Unread.Count > 0)
            {
                json.WriteString("comment", $"Not listed: the packages of {string.Join(", ", scan.Unread)}");
            }

            json.WriteStartObject("creationInfo");
            json.WriteString("created", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteStartArray("creators");
            json.WriteStringValue("Tool: quai");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("packages");
            foreach ((FoundPackage package, string id) in packages)
            {
                Write(json, package, id);
            }

            json.WriteEndArray();
            json.WriteStartArray("relationships");
            foreach ((_, string id) in packages)
            {
                json.WriteStartObject();
                json.WriteString("spdxElementId", DocumentId);
                json.WriteString("relationshipType", "DESCRIBES");
                json.WriteString("relatedSpdxElement", id);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, FoundPackage package, string id)
    {
        json.WriteStartObject();
        json.WriteString("name", package.Name);
        json.WriteString("SPDXID", id);
        if (package.Version.Length > 0)
        {
            json.WriteString("versionInfo", package.Version);
        }

        if (package.Maintainer.Length > 0)
        {
            // Whether it is a person or an organisation, nobody has said.
            json.WriteString("originator", "Person: " + package.Maintainer);
        }

        json.WriteString("downloadLocation", Unknown);
        json.WriteBoolean("filesAnalyzed", false);
        if (package.HomePage.Length > 0)
        {
            json.WriteString("homepage", package.HomePage);
        }

        json.WriteString("sourceInfo", "found in " + package.Place);
        json.WriteString("licenseConcluded", Unknown);
        json.WriteString("licenseDeclared", IsExpression(package.License) ? package.License : Unknown);
        json.WriteString("copyrightText", Unknown);
        if (package.Summary.Length > 0)
        {
            json.WriteString("summary", package.Summary);
        }

        json.WriteStartArray("externalRefs");
        json.WriteStartObject();
        json.WriteString("referenceCategory", "PACKAGE-MANAGER");
        json.WriteString("referenceType", "purl");
        json.WriteString("referenceLocator", package.Url);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Many write prose: an expression has words only between AND, OR and WITH.
    private static bool IsExpression(string license)
    {
        string[] words = license.Replace("(", " ", StringComparison.Ordinal).Replace(")", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length % 2 == 1
            && words.Select((w, i) => i % 2 == 1 ? w is "AND" or "OR" or "WITH" : w.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+') && w is not ("AND" or "OR" or "WITH")).All(fits => fits);
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
