using Quai.Compose.Interpolation;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>How a project gets its name.</summary>
internal static class ProjectName
{
    /// <summary>The name that was asked for, else the environment's, else the last file's, else the folder's.</summary>
    /// <exception cref="ComposeException">The name is none.</exception>
    public static string Find(ComposeRequest request, ProjectPlace place, IEnumerable<YamlDocument> documents)
    {
        string? asked = request.ProjectName is { Length: > 0 } given ? given : place.Environment.GetValueOrDefault("COMPOSE_PROJECT_NAME");
        if (!string.IsNullOrEmpty(asked))
        {
            return Normalize(asked) == asked ? asked : throw new ComposeException(new ComposeFault(
                $"invalid project name \"{asked}\": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number")
            { Path = "name", Value = asked, Expected = "lowercase letters, digits, hyphens and underscores" });
        }

        ComposeScalar? written = documents.Select(document => (document.Root as ComposeMapping)?["name"]).OfType<ComposeScalar>().LastOrDefault(name => name.Text.Length > 0);
        string name = Normalize(written is null ? "" : Interpolated(written, request, place));
        name = name.Length > 0 ? name : Normalize(FilePath.Name(place.Directory));
        return name.Length > 0 ? name : throw new ComposeException(new ComposeFault("project name must not be empty") { Path = "name", Expected = "a name" });
    }

    /// <summary>A file's documents, of which only the name matters; none where the file is wrong, which is told where it is loaded.</summary>
    public static IReadOnlyList<YamlDocument> DocumentsOf(string file, string text)
    {
        try
        {
            return YamlReader.Read(file, text);
        }
        catch (ComposeException)
        {
            return [];
        }
    }

    /// <summary>Lowercase letters, digits, hyphens and underscores, the first one a letter or digit.</summary>
    public static string Normalize(string text) =>
        string.Concat(text.ToLowerInvariant().Where(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')).TrimStart('_', '-');

    private static string Interpolated(ComposeScalar name, ComposeRequest request, ProjectPlace place)
    {
        if (!request.Interpolates)
        {
            return name.Text;
        }

        try
        {
            return new Substitution(place.Environment.GetValueOrDefault).Apply(name.Text);
        }
        catch (SubstitutionException e)
        {
            throw new ComposeException(new ComposeFault(e.Reason is null
                ? $"invalid interpolation format for name.\nYou may need to escape any $ with another $.\n{name.Text}"
                : $"error while interpolating name: {e.Reason}")
            { Place = name.Place, Path = "name", Value = name.Text });
        }
    }
}
