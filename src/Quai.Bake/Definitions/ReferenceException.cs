namespace Quai.Bake.Definitions;

/// <summary>Something cannot be resolved; it becomes a diagnostic of the place that refers to it.</summary>
internal sealed class ReferenceException(string message) : Exception(message);
