using Quai.Bake.Values;

namespace Quai.Bake.Hcl.Expressions;

/// <summary>A step into a value: an attribute by name, or an index.</summary>
/// <param name="Name">The attribute; null for an index.</param>
/// <param name="Key">The index.</param>
/// <param name="Range">Where it stands.</param>
internal sealed record TraversalStep(string? Name, Value? Key, SourceRange Range);

/// <summary>A variable and the way into it.</summary>
/// <param name="Root">The variable's name.</param>
/// <param name="RootRange">Where that stands.</param>
/// <param name="Steps">The way.</param>
internal sealed record Traversal(string Root, SourceRange RootRange, IReadOnlyList<TraversalStep> Steps);
