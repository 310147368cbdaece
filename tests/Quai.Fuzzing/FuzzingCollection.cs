using Xunit;

namespace Quai.Fuzzing;

/// <summary>The properties of a test assembly. They measure time and memory, so that nothing else of it may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FuzzingCollection
{
    /// <summary>For <see cref="CollectionAttribute"/>.</summary>
    public const string Name = "Fuzzing";
}
