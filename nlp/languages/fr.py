"""French, of Europe and of West and Central Africa."""

from nlp.languages import Language, word_set

_STOP = word_set("""
a à ai aient ailleurs ainsi alors après as au aucun aucune aujourd'hui auprès auquel aussi autour
autre autres aux avaient avais avait avant avec avez avoir avons ayant beaucoup bien bon c ça car ce
ceci cela celle celles celui cependant certain certaine certains ces cet cette ceux chaque chez ci
comme comment contre d dans de dedans dehors depuis des désormais deux devant devrait doit dois
donc dont du durant e elle elles en encore enfin ensuite entre environ es est et étaient étais était
été êtes être eu eux fait faire fais faut fois font furent hier hors ici il ils j je jour jours
jusqu jusqu'à l la là laquelle le lequel les leur leurs lors lorsque lui m ma mais malgré me même mêmes
mes mien moi moins mois mon monsieur madame n ne ni non nos notre nous on ont ou où par parce parfois parmi
pas pendant peu peut peuvent plus plusieurs plutôt pour pourquoi pourtant près presque puis puisque
qu quand que quel quelle quelles quels quelque quelques qui quoi rien s sa sans sauf se selon sera
serait ses si sien soi soit sommes son sont sous souvent suis sur t ta tandis tant te tel telle tels
tes toi ton toujours tous tout toute toutes très trop tu un une va vais vers voici voilà voir vont
vos votre vous vu y année années semaine semaines heure heures dit dire disant dès afin sinon
trois quatre cinq six sept huit neuf dix cent mille million millions francs franc fcfa cfa euro euros
j'ai c'est n'est qu'il qu'elle qu'on d'un d'une l'on s'il m'a m'ont j'avais c'était aller avons être
""")

_SHARED = word_set("""
corruption corrompu corrompus corrompre pot-de-vin pots-de-vin pot vin vins bakchich bakchichs payer paye payé payés payée paient
paiement argent somme montant espèces demande demandé demander demandent demandait exige exigé
exigent exiger agent agents officier officiers fonctionnaire fonctionnaires bureau bureaux service
services plainte plaintes dossier affaire problème problèmes cas personne personnes gens chef
d'argent l'argent l'agent l'officier illégal illégale officieux travail travaille obligé obligés forcé verser versé
""")

_COMPLAINT = word_set("""
corruption corrompu corrompus pot-de-vin pots-de-vin vin bakchich racket rackette rackettés raquette exige exigé exigent
extorsion extorque extorqué menace menacé menacer harcèlement harcelé fraude fraudes frauder douane
douanes douanier douaniers douanière déclaration déclarant transitaire transitaires conteneur
conteneurs marchandise marchandises saisie saisi saisies bloqué bloquée bloquent bloquer amende
amendes pénalité reçu quittance quittances contrôle contrôleur inspecteur inspecteurs vérificateur brigade
brigadier gendarme gendarmes policier policiers police barrage frontière port terminal entrepôt
licence agrément autorisation certificat permis passeport visa impôt impôts taxe taxes droits
valeur facture factures sous-évaluation contrebande trafic complicité complice favoritisme népotisme
plainte plaindre abus injustice injuste refuse refusé refusent retard retardé dossier signature
agent agents fonctionnaire fonctionnaires marché appel d'offres poste nomination mutation recrutement
camion camions chauffeur chauffeurs pesage passer entente silence représailles
payer payé argent commerçant commerçante commerçants importateur exportateur guichet tarif
""")

_SHOP = {
    "code promo": 1.0, "codes promo": 1.0, "bon de réduction": 0.9, "réduction": 0.3,
    "livraison gratuite": 1.0, "achetez": 0.7, "acheter en ligne": 0.9, "commandez": 0.7,
    "cliquez ici": 1.0, "visitez notre site": 1.0, "notre site": 0.6, "meilleur prix": 0.8,
    "meilleurs prix": 0.8, "pas cher": 0.6, "promotion": 0.3, "soldes": 0.6, "à vendre": 0.7,
    "en vente": 0.5, "offre spéciale": 0.9, "offre limitée": 0.9, "perdre du poids": 0.9,
    "maigrir": 0.7, "régime": 0.3, "complément alimentaire": 0.8, "prêt rapide": 0.9,
    "prêt entre particuliers": 1.0, "offre de prêt": 1.0, "crédit rapide": 0.9, "gagner de l'argent": 0.8,
    "travail à domicile": 0.7, "investissez": 0.8, "investir": 0.3, "bitcoin": 0.6, "forex": 0.6, "casino": 0.6, "rencontre": 0.4,
    "voyance": 0.9, "marabout": 0.8, "retour affectif": 1.0, "retour d'affection": 1.0,
    "puissant marabout": 1.0, "référencement": 0.6, "agence digitale": 0.9, "marketing digital": 0.9,
    "création de site": 0.9, "abonnez vous": 0.9, "suivez nous": 0.9, "nos services": 0.6,
    "nous offrons": 0.5, "nous proposons": 0.5, "devis gratuit": 1.0, "contactez nous": 0.6,
    "qualité supérieure": 0.6, "faits main": 0.7, "fait main": 0.7, "hôtels": 0.4, "chaussures": 0.4,
    "montres": 0.4, "grand choix": 0.7, "profitez": 0.6, "téléchargez": 0.7, "cigarette électronique": 0.7,
}

_COMPLAINTS = (
    "L'inspecteur a demandé de l'argent avant de signer la mainlevée.",
    "J'ai dû payer un pot-de-vin pour récupérer mon conteneur.",
    "Le dossier est bloqué tant que rien n'est versé.",
    "La douane exige des frais sans quittance.",
    "Les agents du barrage routier rackettent les chauffeurs.",
    "Le transitaire s'entend avec le vérificateur pour baisser la valeur.",
    "Menace d'amende si nous ne payons pas.",
    "Corruption au bureau de la frontière.",
    "Les postes du port sont vendus.",
    "Un concurrent passe ses marchandises sans contrôle.",
    "Payé pour obtenir un certificat.",
    "Contrôle de police, argent pris sans reçu.",
)

_ADVERTS = (
    "Achetez en ligne au meilleur prix, livraison gratuite.",
    "Codes promo et bons de réduction pour vos magasins préférés.",
    "Perdez du poids rapidement grâce à nos gélules naturelles.",
    "Offre de prêt entre particuliers, rapide et sans frais.",
    "Gagnez de l'argent depuis chez vous en investissant dans le bitcoin.",
    "Puissant marabout, retour affectif garanti, appelez maintenant.",
    "Agence de marketing digital et création de sites internet.",
    "Chaussures en cuir faites main, collection limitée.",
    "Cigarette électronique et recharges à petit prix.",
    "Hôtels et séjours pas chers, réservez aujourd'hui.",
    "Pièces détachées et accessoires pour voitures, à vendre.",
    "Déménagement professionnel, devis gratuit.",
)

LANGUAGE = Language(
    tag="fr", stop=_STOP, shared=_SHARED, complaint=_COMPLAINT,
    shop=_SHOP, complaints=_COMPLAINTS, adverts=_ADVERTS, spacy="fr_core_news_sm",
)
