/// What the programs of this package have in common.
public enum Product {
    /// The version, as `--version`, the console and the manual pages show it.
    public static let version = "0.1.0"
}
