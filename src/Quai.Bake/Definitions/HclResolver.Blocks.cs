using Quai.Bake.Hcl;
using Quai.Bake.Hcl.Expressions;
using Quai.Bake.Hcl.Functions;
using Quai.Bake.Values;

namespace Quai.Bake.Definitions;

internal sealed partial class HclResolver
{
    /// <summary>A block, and what it becomes: a group, or one or more targets.</summary>
    private sealed class BlockState(HclBlock block)
    {
        public HclBlock Block => block;

        public IReadOnlyList<HclAttribute> Attributes { get; } = [.. block.Body.Attributes([])];

        public List<Instance>? Instances { get; set; }

        public IReadOnlyList<string>? Names { get; set; }
    }

    private sealed class Instance(Scope scope, string name)
    {
        public Scope Scope => scope;

        public string Name { get; set; } = name;

        public TargetDraft Target { get; } = new();

        public GroupDraft Group { get; } = new();

        public HashSet<string> Done { get; } = [];

        public HashSet<string> InProgress { get; } = [];
    }

    private const int MostInstances = 10_000;

    private readonly List<BlockState> _blocks = [];
    private readonly Dictionary<string, Dictionary<string, Value>> _published = [];
    private bool _blocksAreKnown;

    private void ResolveBlocks()
    {
        // The order of the files: first what is in the first one.
        _blocks.AddRange(_bodies.SelectMany(body => s_blockTypes.SelectMany(type => body.Blocks(type, 1))).Select(block => new BlockState(block)));
        _blocksAreKnown = true;
        foreach (string type in _blocks.Select(block => block.Block.Type).Distinct())
        {
            _scope.Variables[type] = Value.Map(HclType.Map(HclType.String), []);
        }

        Dictionary<string, List<string>> renamed = [];
        foreach (BlockState block in _blocks)
        {
            SourceRange label = block.Block.LabelRanges[0];
            AsDiagnostic("Invalid name", label, () => ResolveNames(block));
            if (block.Block.Type == "target")
            {
                string name = block.Block.Labels[0];
                renamed[name] = [.. renamed.GetValueOrDefault(name) ?? [], .. block.Names!];
            }
        }

        BakeException? first = null;
        int count = 0;
        foreach (BlockState block in _blocks)
        {
            try
            {
                ResolveAll(block);
                AddToDefinition(block);
            }
            catch (BakeException e) when (e.DiagnosticCount > 0)
            {
                // What is wrong with other blocks counts, too.
                first ??= e;
                count += e.DiagnosticCount;
            }
        }

        if (first is not null)
        {
            throw Diagnostics.Error(first.FirstDiagnostic!, count, first.Place);
        }

        foreach ((string name, List<string> names) in renamed)
        {
            List<string> distinct = [.. names.Distinct()];
            if (distinct.Count != 1 || distinct[0] != name)
            {
                _definition.Groups.Add(new() { Name = name, Targets = distinct });
            }
        }
    }

    private void ResolveAll(BlockState block)
    {
        try
        {
            ResolveBlock(block, null);
        }
        catch (Exception e) when (e is ReferenceException or UndefinedException)
        {
            throw new BakeException(Diagnostics.Error("Invalid block", e.Message, block.Block.LabelRanges[0]).Message, block.Block.LabelRanges[0].ToPlace(), e);
        }
    }

    private void AddToDefinition(BlockState block)
    {
        foreach (Instance instance in block.Instances!)
        {
            if (block.Block.Type == "group")
            {
                int before = _definition.Groups.FindIndex(group => group.Name == instance.Name);
                if (before >= 0)
                {
                    // A later group replaces an earlier one.
                    _definition.Groups[before] = instance.Group;
                }
                else
                {
                    _definition.Groups.Add(instance.Group);
                }
            }
            else if (_definition.Target(instance.Name) is { } target)
            {
                target.Merge(instance.Target);
            }
            else
            {
                _definition.Targets.Add(instance.Target);
            }
        }
    }

    private void ResolveNames(BlockState block)
    {
        List<Instance> instances = Instantiate(block);
        ValidateName(block.Block.Labels[0]);
        HclAttribute? name = block.Attributes.FirstOrDefault(attribute => attribute.Name == "name");
        if (name is not null)
        {
            bool hasMatrix = block.Attributes.Any(attribute => attribute.Name == "matrix");
            if (block.Block.Type == "group")
            {
                throw new ReferenceException("name is not supported for groups");
            }

            if (!hasMatrix)
            {
                throw new ReferenceException("name requires matrix");
            }

            foreach (Instance instance in instances)
            {
                LoadReferences(instance.Scope, name.Expression, null, allowsMissing: true);
                Diagnostics wrong = new();
                Value value = name.Expression.Evaluate(instance.Scope, wrong);
                wrong.Throw();
                instance.Name = Conversion.ToText(value) ?? throw new ReferenceException("string required");
                ValidateName(instance.Name);
            }
        }

        HashSet<string> seen = [];
        foreach (Instance instance in instances)
        {
            instance.Target.Name = instance.Group.Name = instance.Name;
            if (!seen.Add(instance.Name))
            {
                throw new ReferenceException($"duplicate name \"{instance.Name}\"");
            }
        }

        block.Names = [.. instances.Select(instance => instance.Name)];
    }

    private static void ValidateName(string name)
    {
        if (!TargetName.IsValid(name))
        {
            throw new ReferenceException("only \"[a-zA-Z0-9_-]+\" are allowed");
        }
    }

    /// <summary>One instance, or one for each combination of the matrix's values.</summary>
    private List<Instance> Instantiate(BlockState block)
    {
        if (block.Instances is { } before)
        {
            return before;
        }

        string name = block.Block.Labels[0];
        HclAttribute? matrix = block.Attributes.FirstOrDefault(attribute => attribute.Name == "matrix");
        if (matrix is null)
        {
            return block.Instances = [new(_scope, name)];
        }

        if (block.Block.Type == "group")
        {
            throw new ReferenceException("matrix is not supported for groups");
        }

        LoadReferences(_scope, matrix.Expression, null, allowsMissing: true);
        Diagnostics wrong = new();
        Value value = matrix.Expression.Evaluate(_scope, wrong);
        wrong.Throw();
        if (!value.Type.IsMapping || value.IsNull)
        {
            throw new ReferenceException("matrix must be a map");
        }

        List<Dictionary<string, Value>> rows = [[]];
        foreach ((string key, Value values) in value.AsMap)
        {
            if (values.IsNull || !(values.Type.IsSequence || values.Type.IsMapping))
            {
                throw new ReferenceException("matrix values must be a list");
            }

            if ((long)rows.Count * values.Count > MostInstances)
            {
                throw new ReferenceException("matrix has too many combinations");
            }

            rows = [.. values.Items.SelectMany(item => rows.Select(row => new Dictionary<string, Value>(row) { [key] = item }))];
        }

        return block.Instances = [.. rows.Select(row => new Instance(ScopeOf(row), name))];
    }

    private Scope ScopeOf(Dictionary<string, Value> row)
    {
        Scope scope = _scope.Child();
        foreach ((string name, Value value) in row)
        {
            scope.Variables[name] = value;
        }

        return scope;
    }

    /// <summary>Evaluates a block's attributes, or one of them.</summary>
    private void ResolveBlock(BlockState block, string? attribute)
    {
        foreach (Instance instance in Instantiate(block))
        {
            if (attribute is not null)
            {
                if (instance.Done.Contains(attribute))
                {
                    return;
                }

                if (!instance.InProgress.Add(attribute))
                {
                    throw new ReferenceException($"reference cycle not allowed for {block.Block.Type}.{instance.Name}.{attribute}");
                }
            }

            List<HclAttribute> due = [.. block.Attributes.Where(one => IsKnown(block, one.Name) && !instance.Done.Contains(one.Name) && (attribute is null || one.Name == attribute))];
            foreach (HclAttribute one in due)
            {
                LoadReferences(instance.Scope, one.Expression, null, allowsMissing: true);
            }

            if (block.Block.Type == "group" && attribute is null && !block.Attributes.Any(one => one.Name == "targets"))
            {
                throw Diagnostics.Error("Missing required argument", "The argument \"targets\" is required, but no definition was found.", block.Block.Body.MissingItemRange);
            }

            Decode(block, instance, due);
            instance.Done.UnionWith(due.Select(one => one.Name));
            if (attribute is not null)
            {
                instance.Done.Add(attribute);
            }

            if (!_published.TryGetValue(block.Block.Type, out Dictionary<string, Value>? published))
            {
                _published[block.Block.Type] = published = [];
            }

            published[instance.Name] = block.Block.Type == "group" ? TargetAttributes.ToValue(instance.Group) : TargetAttributes.ToValue(instance.Target);
        }
    }

    private static bool IsKnown(BlockState block, string name) =>
        block.Block.Type == "group" ? name is "description" or "targets" : TargetAttributes.IsKnown(name);

    private static void Decode(BlockState block, Instance instance, List<HclAttribute> due)
    {
        Diagnostics wrong = new();
        foreach (HclAttribute one in due)
        {
            Value value = one.Expression.Evaluate(instance.Scope, wrong);
            try
            {
                Set(block, instance, one.Name, value);
            }
            catch (FunctionException e)
            {
                wrong.Add("Unsuitable value type", $"Unsuitable value: {e.Message}", one.Expression.StartRange);
            }
            catch (BakeException e) when (e.Place is null)
            {
                wrong.Add("Unsuitable value type", $"Unsuitable value: {e.Message}", one.Expression.StartRange);
            }
        }

        wrong.Throw();
    }

    private static void Set(BlockState block, Instance instance, string name, Value value)
    {
        if (block.Block.Type == "target")
        {
            TargetAttributes.Set(instance.Target, name, value);
        }
        else if (name == "targets")
        {
            instance.Group.Targets = Decoding.Texts(value) ?? [];
        }
        else
        {
            instance.Group.Description = Decoding.Text(value) ?? "";
        }
    }

    /// <summary>Has expressions see the groups or targets as far as they are resolved.</summary>
    private void PublishBlocks(string type)
    {
        if (_published.TryGetValue(type, out Dictionary<string, Value>? values))
        {
            _scope.Charge(values.Count);
            _scope.Variables[type] = Value.Object(values);
        }
    }
}
