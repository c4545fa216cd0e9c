//! Why the shopper may not pay, in words for her.

use super::Denial;
use crate::locale::language;

/// For each language: finished, replaced, changing, no shipping, unshippable, sold out, unsure. English is for all others.
const SENTENCES: [(&str, [&str; 7]); 6] = [
    (
        "sv",
        [
            "Den här varukorgen är redan betald eller under behandling.",
            "Kassan har öppnats på nytt. Ladda om sidan.",
            "Varukorgen har ändrats. Vänta ett ögonblick och försök igen.",
            "Välj hur du vill få varorna levererade.",
            "Varorna kan inte levereras till den här adressen.",
            "En vara i varukorgen är slutsåld. Ändra varukorgen och försök igen.",
            "Köpet kunde inte kontrolleras. Försök igen om en stund.",
        ],
    ),
    (
        "nb",
        [
            "Denne handlekurven er allerede betalt eller under behandling.",
            "Kassen er åpnet på nytt. Last inn siden på nytt.",
            "Handlekurven er endret. Vent et øyeblikk og prøv igjen.",
            "Velg hvordan du vil få varene levert.",
            "Varene kan ikke leveres til denne adressen.",
            "En vare i handlekurven er utsolgt. Endre handlekurven og prøv igjen.",
            "Kjøpet kunne ikke kontrolleres. Prøv igjen om litt.",
        ],
    ),
    (
        "da",
        [
            "Denne kurv er allerede betalt eller under behandling.",
            "Kassen er åbnet igen. Genindlæs siden.",
            "Kurven er ændret. Vent et øjeblik, og prøv igen.",
            "Vælg, hvordan varerne skal leveres.",
            "Varerne kan ikke leveres til denne adresse.",
            "En vare i kurven er udsolgt. Ret kurven, og prøv igen.",
            "Købet kunne ikke kontrolleres. Prøv igen om lidt.",
        ],
    ),
    (
        "fi",
        [
            "Tämä ostoskori on jo maksettu tai sitä käsitellään.",
            "Kassa on avattu uudelleen. Lataa sivu uudelleen.",
            "Ostoskori on muuttunut. Odota hetki ja yritä uudelleen.",
            "Valitse toimitustapa.",
            "Tuotteita ei voi toimittaa tähän osoitteeseen.",
            "Jokin tuotteista on loppu. Muuta ostoskoria ja yritä uudelleen.",
            "Ostosta ei voitu tarkistaa. Yritä hetken kuluttua uudelleen.",
        ],
    ),
    (
        "de",
        [
            "Dieser Warenkorb ist bereits bezahlt oder wird geprüft.",
            "Die Kasse wurde neu geöffnet. Bitte die Seite neu laden.",
            "Der Warenkorb hat sich geändert. Bitte kurz warten und noch einmal versuchen.",
            "Bitte eine Versandart wählen.",
            "An diese Adresse kann nicht geliefert werden.",
            "Ein Artikel im Warenkorb ist ausverkauft. Bitte den Warenkorb ändern und noch einmal versuchen.",
            "Der Kauf konnte nicht geprüft werden. Bitte gleich noch einmal versuchen.",
        ],
    ),
    (
        "en",
        [
            "This cart is already paid or being processed.",
            "The checkout was opened again. Please reload the page.",
            "The cart has changed. Please wait a moment and try again.",
            "Please choose how to have the goods delivered.",
            "The goods cannot be delivered to this address.",
            "Something in the cart is sold out. Please change the cart and try again.",
            "The purchase could not be checked. Please try again in a moment.",
        ],
    ),
];

impl Denial {
    /// For the shopper, in the checkout's language where we have it.
    pub fn sentence(self, locale: &str) -> &'static str {
        let language = language(locale);
        let known = SENTENCES.iter().find(|(known, _)| *known == language);
        let (_, sentences) = known.unwrap_or(&SENTENCES[SENTENCES.len() - 1]);
        let index = match self {
            Self::Finished => 0,
            Self::Replaced => 1,
            Self::Changing => 2,
            Self::NoShipping => 3,
            Self::Unshippable => 4,
            Self::SoldOut => 5,
            Self::Unsure => 6,
        };
        sentences[index]
    }
}
