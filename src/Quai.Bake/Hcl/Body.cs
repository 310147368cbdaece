using Quai.Bake.Hcl.Expressions;

namespace Quai.Bake.Hcl;

/// <summary>An attribute: a name and the expression that it is set to.</summary>
internal sealed record HclAttribute(string Name, Expression Expression, SourceRange NameRange, SourceRange Range);

/// <summary>A block: a type, labels and a body.</summary>
internal sealed record HclBlock(string Type, IReadOnlyList<string> Labels, IReadOnlyList<SourceRange> LabelRanges, SourceRange Header, Body Body);

/// <summary>The content of a file or of a block, in either syntax.</summary>
internal abstract class Body
{
    /// <summary>Where something that is missing would be.</summary>
    public abstract SourceRange MissingItemRange { get; }

    /// <summary>What are attributes where the given types of blocks are known.</summary>
    public abstract IEnumerable<HclAttribute> Attributes(IReadOnlyCollection<string> blockTypes);

    /// <summary>The blocks of a type, with so many labels.</summary>
    public abstract IEnumerable<HclBlock> Blocks(string type, int labels);

    /// <summary>One attribute.</summary>
    public HclAttribute? Attribute(string name) => Attributes([]).FirstOrDefault(attribute => attribute.Name == name);
}

/// <summary>A body in HCL's own syntax.</summary>
internal sealed class NativeBody(Dictionary<string, HclAttribute> attributes, IReadOnlyList<HclBlock> blocks, SourceRange missing) : Body
{
    public override SourceRange MissingItemRange => missing;

    public override IEnumerable<HclAttribute> Attributes(IReadOnlyCollection<string> blockTypes) => attributes.Values;

    public override IEnumerable<HclBlock> Blocks(string type, int labels)
    {
        foreach (HclBlock block in blocks.Where(block => block.Type == type))
        {
            if (block.Labels.Count > labels)
            {
                throw labels == 0
                    ? Diagnostics.Error($"Extraneous label for {type}", $"No labels are expected for {type} blocks.", block.LabelRanges[0])
                    : Diagnostics.Error($"Extraneous label for {type}", $"Only {labels} labels (name) are expected for {type} blocks.", block.LabelRanges[labels]);
            }

            if (block.Labels.Count < labels)
            {
                throw Diagnostics.Error($"Missing name for {type}", $"All {type} blocks must have {labels} labels (name).", SourceRange.Between(block.Header, block.Header) with { Start = block.Header.End + 1, End = block.Header.End + 2 });
            }

            yield return block;
        }
    }
}
