using Quai.Compose.Checking;
using Quai.Compose.Merging;
using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Merges services into those that extend them.</summary>
/// <param name="context">What all parts share.</param>
/// <param name="file">The file whose services they are.</param>
/// <param name="directory">The folder that relative paths start from, absolute.</param>
/// <param name="environment">The variables.</param>
/// <param name="overridden">What the file tagged to override.</param>
internal sealed class Extending(
    LoadContext context, string file, string directory, IReadOnlyDictionary<string, string> environment, IReadOnlySet<string> overridden)
{
    /// <summary>Applies this to all services of a file.</summary>
    public void Apply(ComposeMapping content)
    {
        if (content["services"] is not ComposeMapping services)
        {
            return;
        }

        foreach (string name in services.Keys)
        {
            try
            {
                Extend(name, services, file, [], [overridden]);
            }
            catch (ComposeException e)
            {
                context.Faults.Add(e);
                (services[name] as ComposeMapping)?.Remove("extends");
                Pruning.Complete(content, "services", name);
            }
        }
    }

    private ComposeNode Extend(string name, ComposeMapping services, string from, IReadOnlyList<(string File, string Service)> chain, IReadOnlyList<IReadOnlySet<string>> resets)
    {
        NodePath path = NodePath.Root.Key("services").Key(name);
        if (services[name] is not ComposeMapping service || service["extends"] is not { IsNull: false } extends)
        {
            return services[name]!;
        }

        (string wanted, string? wantedFile) = Target(extends, path);
        if (chain.Contains((from, name)))
        {
            IEnumerable<string> lines = chain.Skip(1).Append((File: from, Service: name)).Select(step => $"  extends {step.Service} in {step.File}");
            throw Fault(extends, path, $"Circular reference:\n  {chain[0].Service} in {chain[0].File}\n{string.Join('\n', lines)}", "no circle");
        }

        ComposeMapping others = services;
        string otherFile = from;
        if (wantedFile is not null)
        {
            otherFile = FilePath.Of(context.Files, wantedFile, directory, extends.Place);
            string folder = FilePath.Relative(directory, FilePath.Folder(otherFile));
            (ComposeMapping tree, IReadOnlySet<string> more) = new ModelLoader(context, directory, "", environment).LoadBase(otherFile, folder);
            others = tree["services"] as ComposeMapping
                ?? throw Fault(extends, path, $"cannot extend service \"{name}\" in {otherFile}: no services section", "a file with services");
            resets = [.. resets, more];
        }

        if (!others.Has(wanted))
        {
            throw Fault(extends, path, wantedFile is null
                ? $"cannot extend service \"{name}\" in {from}: service \"{wanted}\" not found"
                : $"cannot extend service \"{name}\" in {from}: service \"{wanted}\" not found in {wantedFile}", "a service that there is");
        }

        ComposeNode found = Extend(wanted, others, otherFile, [.. chain, (from, name)], resets);
        if (found is not ComposeMapping)
        {
            return service;
        }

        ComposeMapping source = (ComposeMapping)found.Copy();
        ComposeMapping wrapped = new(("services", new ComposeMapping((name, source))));
        foreach (IReadOnlySet<string> reset in resets)
        {
            Overriding.Apply(wrapped, reset, NodePath.Root);
        }

        ComposeMapping merged = (ComposeMapping)new NodeMerge(context.Faults).Merge(source, service, path);
        merged.Remove("extends");
        services.Set(name, merged, services.PlaceOf(name));
        return merged;
    }

    private static (string Service, string? File) Target(ComposeNode extends, NodePath path)
    {
        if (extends is ComposeScalar name)
        {
            return (name.Text, null);
        }

        return (extends as ComposeMapping)?["service"] is ComposeScalar { Kind: ScalarKind.Text } service
            ? (service.Text, (((ComposeMapping)extends)["file"] as ComposeScalar)?.Text)
            : throw Fault(extends, path, $"extends.{path.Segment}.service is required", "service");
    }

    private static ComposeException Fault(ComposeNode node, NodePath path, string message, string expected) =>
        new(new ComposeFault(message) { Place = node.Place, Path = path.Key("extends").ToString(), Expected = expected });
}
