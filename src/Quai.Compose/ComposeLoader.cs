using Quai.Compose.Loading;
using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Compose;

/// <summary>Loads projects from compose files.</summary>
/// <param name="files">Where files are read from.</param>
public sealed class ComposeLoader(IComposeFiles files)
{
    /// <summary>Loads a project.</summary>
    /// <exception cref="ComposeException">There is none, or something is wrong with it.</exception>
    public ComposeProject Load(ComposeRequest request)
    {
        (ComposeMapping tree, ProjectPlace place, string name, LoadContext context) = LoadParts(request with { Interpolates = true });
        return new ProjectBuilder(files, request, place, name, context).Build(tree);
    }

    /// <summary>Loads a project's files into a tree in long form, without a model of it: variables, and what is taken from the environment, stay as they are.</summary>
    /// <exception cref="ComposeException">There is none, or something is wrong with it.</exception>
    public ComposeMapping LoadTree(ComposeRequest request)
    {
        (ComposeMapping tree, _, _, LoadContext context) = LoadParts(request with { Interpolates = false });
        context.Faults.ThrowIfAny();
        return tree;
    }

    private (ComposeMapping Tree, ProjectPlace Place, string Name, LoadContext Context) LoadParts(ComposeRequest request)
    {
        RecordedFiles recorded = new(files);
        ProjectPlace place = ProjectPlace.Find(recorded, request);
        LoadContext context = new(recorded, request, place.Warnings);
        string name = ProjectName.Find(request, place, place.Files.SelectMany(file => recorded.Read(file) is { } text ? ProjectName.DocumentsOf(file, text) : []));
        place.Environment["COMPOSE_PROJECT_NAME"] = name;
        ComposeMapping tree = new ModelLoader(context, place.Directory, "", place.Environment).Load(place.Files, []);
        if (context.IsIncomplete)
        {
            context.Faults.ThrowIfAny();
        }

        if (tree.Count == 0)
        {
            context.Faults.ThrowIfAny();
            throw new ComposeException(new ComposeFault("empty compose file") { Place = new(place.Files[0], 1, 1), Expected = "a mapping" });
        }

        if (request.Normalizes)
        {
            new Normalization(name, request.Interpolates ? place.Environment : []).Apply(tree);
        }

        return (tree, place, name, context);
    }
}
