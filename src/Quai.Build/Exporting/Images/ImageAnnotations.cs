using System.Text.RegularExpressions;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Exporting.Images;

/// <summary>The annotations that a request asks for: <c>annotation.KEY</c>, <c>annotation-index.KEY</c>, <c>annotation[linux/amd64].KEY</c> and so on.</summary>
internal sealed partial class ImageAnnotations
{
    private readonly List<(AnnotationPlace Place, Platform? Platform, string Key, string Value)> _all = [];

    /// <summary>Reads them from a request's attributes.</summary>
    /// <exception cref="QuaiException">Kind InvalidParameter: one is of something that there is not.</exception>
    public ImageAnnotations(IReadOnlyDictionary<string, string> attributes)
    {
        foreach ((string name, string value) in attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            if (Form().Match(name) is not { Success: true } match)
            {
                continue;
            }

            AnnotationPlace place = match.Groups["place"].Value switch
            {
                "" or "manifest" => AnnotationPlace.Manifest,
                "manifest-descriptor" => AnnotationPlace.ManifestDescriptor,
                "index" => AnnotationPlace.Index,
                "index-descriptor" => AnnotationPlace.IndexDescriptor,
                string other => throw QuaiException.Invalid($"unrecognized annotation type {other}"),
            };
            string platform = match.Groups["platform"].Value;
            if (platform.Length > 0 && place is AnnotationPlace.Index or AnnotationPlace.IndexDescriptor)
            {
                throw QuaiException.Invalid($"an index is for all platforms: {name}");
            }

            _all.Add((place, platform.Length > 0 ? Platform.Parse(platform) : null, match.Groups["key"].Value, value));
        }
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _all.Count > 0;

    /// <summary>Whether there are any of something.</summary>
    public bool Has(AnnotationPlace place) => _all.Exists(a => a.Place == place);

    /// <summary>Those of something, by their keys' order; one for a platform goes before one for all. Null for none.</summary>
    public Dictionary<string, string>? Of(AnnotationPlace place, Platform? platform = null)
    {
        Dictionary<string, string> found = [];
        foreach ((_, _, string key, string value) in _all.Where(a => a.Place == place && (a.Platform is null || a.Platform == platform)).OrderBy(a => a.Platform is not null))
        {
            found[key] = value;
        }

        return found.Count == 0 ? null : new Dictionary<string, string>(found.OrderBy(f => f.Key, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^annotation(-(?<place>[a-z-]+))?(\[(?<platform>[A-Za-z0-9_/-]+)\])?\.(?<key>\S+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
