using Quai.Bake.Definitions;
using Quai.Bake.Plans;
using Quai.Bake.Selection;

namespace Quai.Bake;

/// <summary>A bake definition: what some files say together.</summary>
public sealed class BakeDefinition
{
    private readonly IReadOnlyList<BakeFile> _files;
    private readonly BakeOptions _options;
    private readonly Definition _definition;

    private BakeDefinition(IReadOnlyList<BakeFile> files, BakeOptions options)
    {
        (_files, _options) = (files, options);
        _definition = DefinitionReader.Read(files, options);
    }

    /// <summary>Reads files.</summary>
    /// <exception cref="BakeException">They are wrong.</exception>
    public static BakeDefinition Load(IReadOnlyList<BakeFile> files, BakeOptions options)
    {
        try
        {
            return new(files, options);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new BakeException("the bake definition is nested too deeply", null, e);
        }
    }

    /// <summary>The variables, by name.</summary>
    public IReadOnlyList<BakeVariable> Variables => [.. _definition.Variables.OrderBy(variable => variable.Name, StringComparer.Ordinal)];

    /// <summary>The groups, in the order of the files.</summary>
    public IReadOnlyList<BakeGroup> Groups => [.. _definition.Groups.Select(group => new BakeGroup(group.Name, group.Description, group.Targets))];

    /// <summary>The names and descriptions of the targets, in the order of the files.</summary>
    public IReadOnlyList<(string Name, string Description)> Targets => [.. _definition.Targets.Select(target => (target.Name, target.Description))];

    /// <summary>Resolves what is to be built.</summary>
    /// <param name="names">Targets and groups; a name may be a pattern. None means <c>default</c>.</param>
    /// <param name="overrides">Changes as <c>--set</c> takes them.</param>
    /// <exception cref="BakeException">There is no such target, or a change is wrong.</exception>
    public BakePlan Resolve(IReadOnlyList<string> names, IReadOnlyList<string> overrides) =>
        new PlanBuilder(_definition, _options, new Overrides(_definition, _options, overrides)).Build(names.Count > 0 ? names : ["default"]);

    /// <summary>The lines around an error, as they are shown above its message; null where the error is of no place.</summary>
    public static string? Excerpt(BakeException error, IReadOnlyList<BakeFile> files) =>
        error.Place is { } place && files.FirstOrDefault(file => file.Name == place.File) is { } file ? SourceExcerpt.Of(place, file.Text) : null;
}
