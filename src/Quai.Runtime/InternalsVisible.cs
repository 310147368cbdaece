using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Quai.Runtime.Tests")]
