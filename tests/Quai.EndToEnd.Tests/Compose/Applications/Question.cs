namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>A script, and what must be in its answer.</summary>
internal sealed record Question(string Script, string Answer);
